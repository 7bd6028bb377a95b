// Slot allocation, keys and reference resolution of one class.

#include <rowan/orm/type_store.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/unit_of_work.hpp>
#include <rowan/value/codec.hpp>

#include <cstring>
#include <string>

namespace rowan::orm {

namespace {

// Under AddressSanitizer all chunks go back: the pool poisons them, so that a stale reference is found out.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kept_chunks = 0;
#else
constexpr std::size_t kept_chunks = 1;
#endif

constexpr std::uint32_t round_up(std::size_t size, std::size_t to) {
  return static_cast<std::uint32_t>((size + to - 1) / to * to);
}

}  // namespace

TypeStore::TypeStore(UnitOfWork& unit, const metadata::EntityMeta& entity)
    : unit_(&unit), entity_(&entity) {
  const metadata::EntityFunctions& table = *entity.functions;
  snapshot_offset_ = round_up(table.size, 16);
  slot_bytes_ = round_up(model::slot_prefix_bytes + snapshot_offset_ + table.snapshot_size, 16);
  per_chunk_ =
      static_cast<std::uint32_t>((model::chunk_bytes - model::chunk_head_bytes) / slot_bytes_);
  if (per_chunk_ == 0 || table.alignment > 16) {
    throw MetadataError(
        entity.name +
        " is too large or too strictly aligned to be managed: an entity takes at most " +
        "some 60 KiB and 16 bytes of alignment, keep large arrays in a std::vector");
  }
}

TypeStore::~TypeStore() {
  clear();
  for (void* chunk : chunks_) unit_->release_chunk(chunk);
}

void TypeStore::add_chunk() {
  if (used_chunks_ == chunks_.size()) chunks_.push_back(unit_->acquire_chunk());
  auto* chunk = ::new (chunks_[used_chunks_]) model::ChunkHeader;
  chunk->host = unit_;
  chunk->store = this;
  chunk->slot_bytes = slot_bytes_;
  chunk->snapshot_offset = snapshot_offset_;
  chunk->capacity = per_chunk_;
  ++used_chunks_;
  next_slot_ = reinterpret_cast<std::uintptr_t>(chunk) + model::chunk_head_bytes;
  end_ = next_slot_ + std::uintptr_t{per_chunk_} * slot_bytes_;
}

void TypeStore::clear_snapshot(void* object) noexcept {
  std::memset(static_cast<char*>(object) + snapshot_offset_, 0, functions().snapshot_size);
}

void TypeStore::drop_last(void* object) noexcept {
  --model::chunk_of(object).used;
  next_slot_ -= slot_bytes_;
}

void* TypeStore::find_or_refer(const value::Cell& key) {
  if (void* known = map.find(key)) return known;
  void* object = allocate();
  clear_snapshot(object);
  set_key(object, key);
  return object;
}

void TypeStore::set_key(void* object, const value::Cell& key) {
  value::Cell& own = model::key_of(object);
  own = key;
  if (key.has_bytes()) own = value::Cell::of_bytes(unit_->arena().copy(key.bytes()), key.type);
  map.insert(object);
}

void TypeStore::drop_created(const void* object) noexcept {
  if (!created.empty() && created.back() == object) {
    created.pop_back();
  } else {
    std::erase(created, object);
  }
}

void TypeStore::clear() noexcept {
  each([this](void* object) {
    if (model::header_of(object).is_constructed) functions().destroy(object);
  });
  for (std::size_t c = 0; c < used_chunks_; ++c)
    static_cast<model::ChunkHeader*>(chunks_[c])->used = 0;
  for (std::size_t c = kept_chunks; c < chunks_.size(); ++c) unit_->release_chunk(chunks_[c]);
  if (chunks_.size() > kept_chunks) chunks_.resize(kept_chunks);
  used_chunks_ = 0;
  next_slot_ = end_ = 0;
  next_order_ = 0;
  map.clear();
  created.clear();
  pending = 0;
  managed_count = 0;
  relations_changed = false;
}

void* TypeStore::resolve(std::uint16_t property, const value::Cell& key) {
  TypeStore& target = unit_->store(*entity_->properties[property].target);
  const ValueType type = target.entity().primary_key->type;
  if (key.type == type) [[likely]]
    return target.find_or_refer(key);
  char room[16];
  return target.find_or_refer(value::as_type(key, type, room));
}

value::Cell TypeStore::key_of(std::uint16_t, const void* target) { return model::key_of(target); }

void TypeStore::refuse(std::uint16_t property, const value::Cell& cell) {
  const metadata::PropertyMeta& meta = entity_->properties[property];
  throw ValidationError(
      "the database holds " + std::string(to_string(cell.type)) + " in column " + entity_->table +
      "." + meta.column_name + " that does not fit " + entity_->name + "." + meta.name + " (" +
      (meta.cpp_type.empty() ? std::string(to_string(meta.type)) : meta.cpp_type) +
      "): mend the row, or map the member with the type that the column has");
}

}  // namespace rowan::orm
