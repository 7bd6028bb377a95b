// What every layer of Rowan may use: errors, JSON, UUIDs, decimals, time and the log.

#pragma once

#include <rowan/base/decimal.hpp>
#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>
#include <rowan/base/log.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>
#include <rowan/base/wait_hook.hpp>
