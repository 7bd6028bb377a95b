// Knows statements that begin or end a transaction by their first words.

#pragma once

#include <string_view>

namespace rowan::sql {

/// Tells whether the statement begins or ends a transaction, which is for EntityManager to do: `begin`,
/// `start transaction`, `commit`, `end`, `rollback`, `abort`. Savepoints do not, nor does the second phase of a
/// prepared transaction.
///
/// Blanks and comments before the words are passed over.
[[nodiscard]] bool is_transaction_verb(std::string_view text);

}  // namespace rowan::sql
