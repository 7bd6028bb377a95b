// Hydration: construct, fill, take the snapshot, attach, or merge into what is loaded.

#include <rowan/orm/row_reader.hpp>

#include <algorithm>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::MergeMode;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;
using value::Cell;

RowReader::RowReader(UnitOfWork& unit,
                     const EntityMeta& entity,
                     std::span<const std::uint16_t> columns,
                     Manage manage)
    : unit_(&unit),
      entity_(&entity),
      store_(&unit.store(entity)),
      columns_(columns),
      key_at_(static_cast<std::size_t>(entity.primary_key->column)),
      manage_(manage),
      is_whole_(columns.size() == entity.all_columns.size()),
      has_integer_key_(entity.primary_key->type == ValueType::integer),
      has_other_side_(
          std::any_of(entity.to_one.begin(), entity.to_one.end(), [](const PropertyMeta* property) {
            return property->is_owner && property->inverse != nullptr &&
                   property->kind == PropertyKind::one_to_one;
          })) {
  if (is_whole_) return;
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  key_at_ = static_cast<std::size_t>(std::find(columns.begin(), columns.end(), key_column) -
                                     columns.begin());
}

void* RowReader::read(const Cell* cells) {
  if (manage_ == Manage::none) [[unlikely]]
    return read_unmanaged(cells);
  // Mapped before it is filled: a row may refer to itself.
  void* object = nullptr;
  if (has_integer_key_ && cells[key_at_].type == ValueType::integer) [[likely]] {
    object = store_->map.find_or_add(cells[key_at_].integer, [&] {
      void* fresh = store_->allocate();
      model::key_of(fresh) = cells[key_at_];
      return fresh;
    });
  } else {
    object = store_->find_or_refer(key_in(cells));
  }
  if (header_of(object).is_constructed) {
    merge(object, cells);
    return object;
  }
  fill(object, cells);
  ++store_->managed_count;
  return object;
}

void* RowReader::read_unmanaged(const Cell* cells) {
  void* object = store_->allocate();
  store_->clear_snapshot(object);
  fill(object, cells);
  return object;
}

void RowReader::merge(void* object, const Cell* cells) {
  SlotHeader& header = header_of(object);
  if (header.life != SlotHeader::managed) return;
  const metadata::EntityFunctions& functions = *entity_->functions;
  void* snapshot = model::snapshot_of(object);
  // A changed object keeps the version that its changes were made on, so that its flush finds the conflict.
  const bool keeps_version = entity_->version != nullptr && manage_ == Manage::keep_local &&
                             functions.is_changed(object, snapshot);
  if (!keeps_version) {
    const MergeMode mode =
        manage_ == Manage::overwrite ? MergeMode::overwrite : MergeMode::keep_local;
    functions.merge(object, snapshot, cells, columns_.data(), columns_.size(), mode, unit_->arena(),
                    *store_);
  }
  if (is_whole_) header.is_partial = false;
}

void RowReader::fill(void* object, const Cell* cells) {
  const metadata::EntityFunctions& functions = *entity_->functions;
  void* snapshot = model::snapshot_of(object);
  functions.construct(object);
  try {
    if (is_whole_) {
      functions.hydrate(object, snapshot, cells, unit_->arena(), *store_);
    } else {
      functions.hydrate_some(object, snapshot, cells, columns_.data(), columns_.size(),
                             unit_->arena(), *store_);
    }
  } catch (...) {
    functions.destroy(object);
    store_->clear_snapshot(object);
    throw;
  }
  SlotHeader& header = header_of(object);
  header.is_constructed = true;
  header.is_partial = !is_whole_;
  if (manage_ == Manage::none) {
    header.life = SlotHeader::detached;
    return;
  }
  header.life = SlotHeader::managed;
  for (const PropertyMeta* property : entity_->to_many)
    UnitOfWork::collection_at(object, *property).attach();
  for (const PropertyMeta* property : entity_->to_one)
    UnitOfWork::ref_at(object, *property).attach();
  if (has_other_side_) bind_inverse(object);
}

// The other side of a one-to-one has no column: it learns of its owner when that is loaded.
void RowReader::bind_inverse(void* object) {
  for (const PropertyMeta* property : entity_->to_one) {
    if (property->kind != PropertyKind::one_to_one || !property->is_owner ||
        property->inverse == nullptr)
      continue;
    void* target = UnitOfWork::ref_at(object, *property).target();
    if (target != nullptr && header_of(target).is_constructed)
      UnitOfWork::ref_at(target, *property->inverse).bind(object);
  }
}

}  // namespace rowan::orm
