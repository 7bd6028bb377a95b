// What an entity class may hold beside plain values: references and collections.

#pragma once

#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>
