// Tables as values, as the mapping wants them, and the statements that make them.

#pragma once

#include <rowan/schema/ddl_renderer.hpp>
#include <rowan/schema/schema_builder.hpp>
#include <rowan/schema/schema_generator.hpp>
#include <rowan/schema/table.hpp>
