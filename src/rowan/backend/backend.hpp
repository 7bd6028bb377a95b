// The one interface to every database.

#pragma once

#include <rowan/backend/batch.hpp>
#include <rowan/backend/capabilities.hpp>
#include <rowan/backend/driver.hpp>
#include <rowan/backend/schema_manager.hpp>
