// Files that are locked, read-only, cut off, full or no database: a typed error, and everything stays usable.

#include "drivers/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <thread>

namespace rowan::test {
namespace {

using testing::HasSubstr;

template <class E>
std::string failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const E& error) {
    return error.message();
  } catch (const Error& error) {
    ADD_FAILURE() << "another error: " << error.message();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

using BadFile = SqliteFile;

TEST_F(BadFile, a_lock_of_another_program_is_a_lock_wait_timeout) {
  make_file(1);
  OtherProgram other(path);
  const auto orm = open("?busy_timeout=30");
  auto em = orm->em().fork();
  Note& note = em.find_one_or_fail<Note>(f<&Note::text> == "note 0");
  note.rank = 5;
  other.run("begin immediate");
  try {
    em.flush();
    FAIL() << "no error";
  } catch (const LockWaitTimeoutError& error) {
    EXPECT_THAT(error.message(), HasSubstr("busy_timeout"));
    EXPECT_TRUE(error.is_retryable());
    EXPECT_NE(error.native_code(), 0);
    EXPECT_EQ(error.statement(), "begin immediate");
  }
  EXPECT_FALSE(em.is_in_transaction());
  EXPECT_EQ(orm->em().fork().count<Note>(f<&Note::rank> == 5), 0u) << "readers go on";
  other.run("commit");
  em.flush();
  EXPECT_EQ(orm->em().fork().count<Note>(f<&Note::rank> == 5), 1u);
}

TEST_F(BadFile, a_lock_that_goes_in_time_is_waited_for) {
  make_file(1);
  const auto orm = open("?busy_timeout=5000");
  auto em = orm->em().fork();
  em.find_one_or_fail<Note>(f<&Note::text> == "note 0").rank = 5;
  OtherProgram other(path);
  other.run("begin immediate");
  std::thread releases([&] { other.run("commit"); });
  em.flush();
  releases.join();
}

TEST_F(BadFile, a_file_opened_to_read_refuses_writes) {
  make_file(2);
  const auto orm = open("?mode=ro");
  auto em = orm->em().fork();
  const auto notes = em.find<Note>({});
  ASSERT_EQ(notes.size(), 2u);
  notes[0].rank = 3;
  EXPECT_THAT(failure_of<ReadOnlyError>([&] { em.flush(); }), HasSubstr("mode=rw"));
  EXPECT_THAT(failure_of<ReadOnlyError>([&] { em.execute("delete from note"); }),
              HasSubstr("readonly"));
  EXPECT_EQ(notes[0].rank, 3);
  EXPECT_EQ(orm->em().fork().count<Note>(), 2u);
}

TEST_F(BadFile, a_file_without_permission_to_write_refuses_writes) {
  if (::geteuid() == 0) GTEST_SKIP() << "this machine lacks a user whose permissions are checked";
  make_file(1);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  const auto orm = open();
  auto em = orm->em().fork();
  em.create<Note>({.text = "new"});
  EXPECT_THROW(em.flush(), DriverError);
}

TEST_F(BadFile, a_file_that_is_not_there_is_named) {
  const std::string message =
      failure_of<ConnectionError>([&] { (void)open("?mode=rw")->em().fork().count<Note>(); });
  EXPECT_THAT(message, HasSubstr(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  path += "/missing/folder.db";
  EXPECT_THAT(failure_of<ConnectionError>([&] { (void)open()->em().fork().count<Note>(); }),
              HasSubstr("its folder must exist"));
}

TEST_F(BadFile, a_folder_is_no_database) {
  std::filesystem::create_directory(path);
  EXPECT_THROW((void)open()->em().fork().count<Note>(), ConnectionError);
}

TEST_F(BadFile, a_file_of_something_else_is_a_storage_error) {
  std::ofstream(path) << std::string(8192, 'x');
  const std::string message =
      failure_of<StorageError>([&] { (void)open()->em().fork().count<Note>(); });
  EXPECT_THAT(message, HasSubstr("something else"));
  EXPECT_THROW(open()->schema().create(), StorageError);
  EXPECT_EQ(std::filesystem::file_size(path), 8192u);
}

TEST_F(BadFile, a_file_that_was_cut_off_is_a_storage_error) {
  make_file(2000);
  const auto size = std::filesystem::file_size(path);
  ASSERT_GT(size, 40'000u);
  std::filesystem::resize_file(path, size / 2);
  const auto orm = open();
  auto em = orm->em().fork();
  EXPECT_THAT(failure_of<StorageError>([&] { (void)em.find<Note>({}); }), HasSubstr("cut off"));
  EXPECT_FALSE(em.is_in_transaction());
  EXPECT_THROW((void)em.find<Note>({}), StorageError);
}

TEST_F(BadFile, a_file_cut_off_inside_its_first_page_is_a_storage_error) {
  make_file(10);
  std::filesystem::resize_file(path, 50);
  EXPECT_THROW((void)open()->em().fork().count<Note>(), StorageError);
}

TEST_F(BadFile, a_full_disk_is_a_storage_error_and_loses_nothing) {
  make_file(1);
  const auto orm = open();
  auto em = orm->em().fork();
  em.execute("pragma max_page_count = 1");  // the least that holds what is there
  std::vector<Note*> notes;
  for (int i = 0; i < 3000; ++i)
    notes.push_back(
        &em.create<Note>({.text = "more " + std::to_string(i) + std::string(100, 'x')}));
  const std::string message = failure_of<StorageError>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("disk is full"));
  EXPECT_FALSE(em.is_in_transaction());
  EXPECT_EQ(notes.front()->id, 0);
  EXPECT_EQ(orm->em().fork().count<Note>(), 1u);
  em.execute("pragma max_page_count = 1000000");
  em.flush();
  EXPECT_NE(notes.back()->id, 0);
  EXPECT_EQ(orm->em().fork().count<Note>(), 3001u);
}

TEST_F(BadFile, a_full_disk_inside_a_transaction_ends_it) {
  make_file(1);
  const auto orm = open();
  auto em = orm->em().fork();
  em.execute("pragma max_page_count = 1");
  EXPECT_THROW(em.transactional([](EntityManager& tx) {
    for (int i = 0; i < 3000; ++i)
      tx.create<Note>({.text = "more " + std::to_string(i) + std::string(100, 'x')});
  }),
               StorageError);
  EXPECT_FALSE(em.is_in_transaction());
  em.execute("pragma max_page_count = 1000000");
  em.create<Note>({.text = "small"});
  em.flush();
  EXPECT_EQ(orm->em().fork().count<Note>(), 2u);
}

TEST_F(BadFile, rows_that_do_not_fit_the_class_are_named_and_no_half_object_stays) {
  make_file(1);
  OtherProgram other(path);
  other.run("pragma ignore_check_constraints = on");
  other.run("update note set rank = 'many'");
  const auto orm = open();
  auto em = orm->em().fork();
  const std::string message = failure_of<ValidationError>([&] { (void)em.find<Note>({}); });
  EXPECT_THAT(message, HasSubstr("note.rank"));
  EXPECT_THAT(message, HasSubstr("Note.rank"));
  EXPECT_EQ(em.statistics().managed, 0u);
  other.run("update note set rank = 3");
  EXPECT_EQ(em.find<Note>({})[0].rank, 3);
}

TEST_F(BadFile, a_table_that_changes_under_prepared_statements_is_noticed) {
  make_file(3);
  const auto orm = open();
  auto em = orm->em().fork();
  EXPECT_EQ(em.find<Note>({}).size(), 3u);
  OtherProgram other(path);
  other.run("alter table note rename column rank to grade");
  auto second = orm->em().fork();
  EXPECT_THROW((void)second.find<Note>({}), ColumnNotFoundError);
  other.run("alter table note rename column grade to rank");
  EXPECT_EQ(second.find<Note>({}).size(), 3u);
}

}  // namespace
}  // namespace rowan::test
