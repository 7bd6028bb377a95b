// What is known of mapped classes, free of their types.

#pragma once

#include <rowan/metadata/entity_functions.hpp>
#include <rowan/metadata/entity_meta.hpp>
#include <rowan/metadata/naming_strategy.hpp>
#include <rowan/metadata/registry.hpp>
