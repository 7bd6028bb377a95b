// How a program says what its classes are to the database.

#pragma once

#include <rowan/declare/entities.hpp>
#include <rowan/declare/entity_builder.hpp>
#include <rowan/declare/property_builder.hpp>
#include <rowan/declare/relation_builder.hpp>
#include <rowan/declare/tags.hpp>
