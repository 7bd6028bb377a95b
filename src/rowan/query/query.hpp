// Typed queries: paths, filters, options of finds, and the query builder.

#pragma once

#include <rowan/query/aggregate.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/find_options.hpp>
#include <rowan/query/path.hpp>
#include <rowan/query/query_builder.hpp>
