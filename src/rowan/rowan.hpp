// The everyday names of Rowan.

#pragma once

#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>
#include <rowan/base/time.hpp>
#include <rowan/declare/declare.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>
#include <rowan/orm/orm.hpp>
#include <rowan/query/query.hpp>
