// Walks over the fields of an object, for all classes alike.

#include <rowan/declare/entity_fields.hpp>

namespace rowan::declare {
namespace {

void* at(void* base, std::size_t offset) { return static_cast<std::byte*>(base) + offset; }
const void* at(const void* base, std::size_t offset) {
  return static_cast<const std::byte*>(base) + offset;
}

}  // namespace

void read_fields(const Field* fields,
                 void* object,
                 const Cell* row,
                 const std::uint16_t* columns,
                 std::size_t count,
                 ReferenceResolver& resolver) {
  for (std::size_t i = 0; i < count; ++i) {
    const Field& field = fields[columns[i]];
    field.ops->read(at(object, field.member_offset), row[i], field.property, resolver);
  }
}

void merge_fields(const Field* fields,
                  void* object,
                  void* snapshot,
                  const Cell* row,
                  const std::uint16_t* columns,
                  std::size_t count,
                  MergeMode mode,
                  base::Arena& arena,
                  ReferenceResolver& resolver) {
  for (std::size_t i = 0; i < count; ++i) {
    const Field& field = fields[columns[i]];
    void* member = at(object, field.member_offset);
    void* saved = at(snapshot, field.snapshot_offset);
    if (mode == MergeMode::keep_local) {
      if (!field.ops->same(member, saved)) {
        field.ops->store_cell(member, row[i], saved, field.property, arena, resolver);
        continue;
      }
      if (row[i].is_null()) continue;
    }
    field.ops->read(member, row[i], field.property, resolver);
    field.ops->store(member, saved, arena);
  }
}

void find_changed_fields(const Field* fields,
                         std::size_t field_count,
                         const void* object,
                         const void* snapshot,
                         IndexSet& columns) {
  for (std::size_t i = 0; i < field_count; ++i) {
    const Field& field = fields[i];
    if (!field.ops->same(at(object, field.member_offset), at(snapshot, field.snapshot_offset))) {
      columns.add(i);
    }
  }
}

void encode_snapshot_fields(const Field* fields,
                            const void* snapshot,
                            const std::uint16_t* columns,
                            std::size_t count,
                            Cell* out,
                            base::Arena& scratch,
                            ReferenceResolver& resolver) {
  for (std::size_t i = 0; i < count; ++i) {
    const Field& field = fields[columns[i]];
    out[i] = field.ops->snapshot_cell(at(snapshot, field.snapshot_offset), field.property, scratch,
                                      resolver);
  }
}

void store_field(const Field& field, const void* object, void* snapshot, base::Arena& arena) {
  field.ops->store(at(object, field.member_offset), at(snapshot, field.snapshot_offset), arena);
}

bool is_unset_field(const Field& field, const void* object) {
  return field.ops->is_unset(at(object, field.member_offset));
}

}  // namespace rowan::declare
