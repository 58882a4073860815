#include "server/state/record_table.h"

#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "gtest/gtest.h"

namespace herd {
namespace {

RecordTable::Entry Insert(RecordTable& table, const std::string& id) {
  return table.FindOrInsert(id, RecordTable::Hash(id));
}

const Record* Find(const RecordTable& table, const std::string& id) {
  return table.Find(id, RecordTable::Hash(id));
}

TEST(TheRecordTable, IsEmptyAtFirst) {
  const RecordTable table;
  EXPECT_EQ(Find(table, "kiwi"), nullptr);
  EXPECT_EQ(table.size(), 0u);
  table.PrefetchCell(RecordTable::Hash("kiwi"));
  table.PrefetchCandidate(RecordTable::Hash("kiwi"));
}

TEST(TheRecordTable, MakesARecordOnce) {
  RecordTable table;
  EXPECT_TRUE(Insert(table, "kiwi").inserted);
  EXPECT_FALSE(Insert(table, "kiwi").inserted);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(Find(table, "kiwi")->client_id(), "kiwi");
  EXPECT_EQ(Find(table, "kiwi2"), nullptr);
}

TEST(TheRecordTable, KeepsEveryRecordInItsPlaceWhileItGrowsToAHundredThousand) {
  constexpr int kClients = 100'000;
  RecordTable table;
  std::vector<const Record*> places;
  for (int i = 0; i < kClients; ++i) {
    const RecordTable::Entry entry = Insert(table, "phone" + std::to_string(i));
    ASSERT_TRUE(entry.inserted);
    ASSERT_EQ(entry.slot, static_cast<Slot>(i));
    places.push_back(&table[entry.slot]);
  }
  EXPECT_EQ(table.size(), static_cast<std::size_t>(kClients));
  for (int i = 0; i < kClients; ++i) {
    const std::string id = "phone" + std::to_string(i);
    table.PrefetchCell(RecordTable::Hash(id));
    table.PrefetchCandidate(RecordTable::Hash(id));
    ASSERT_EQ(Find(table, id), places[static_cast<std::size_t>(i)]);
    ASSERT_EQ(Find(table, id)->client_id(), id);
    ASSERT_EQ(Find(table, "other" + std::to_string(i)), nullptr);
  }
}

TEST(TheRecordTable, TellsClientsOfOneHashApart) {
  constexpr std::uint64_t kHash = 0xdead'beef'0000'ffff;
  RecordTable table;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(table.FindOrInsert("phone" + std::to_string(i), kHash).inserted);
  }
  for (int i = 0; i < 500; ++i) {
    const std::string id = "phone" + std::to_string(i);
    table.PrefetchCandidate(kHash);
    ASSERT_EQ(table.Find(id, kHash)->client_id(), id);
    ASSERT_FALSE(table.FindOrInsert(id, kHash).inserted);
  }
  EXPECT_EQ(table.Find("phone500", kHash), nullptr);
}

TEST(TheRecordTable, TellsClientsApartWhoseHashesDifferOnlyInTheUpperHalf) {
  // Within one of the segments, which the uppermost bits choose.
  constexpr std::uint64_t kHash = 0x0000'0000'1234'5678;
  RecordTable table;
  table.FindOrInsert("a", kHash);
  EXPECT_TRUE(table.FindOrInsert("b", kHash | std::uint64_t{1} << 40).inserted);
  EXPECT_EQ(table.Find("a", kHash)->client_id(), "a");
  EXPECT_EQ(table.Find("b", kHash | std::uint64_t{1} << 40)->client_id(), "b");
}

TEST(TheRecordTable, FindsEveryoneInASegmentThatWrapsAround) {
  // All of them belong into the last cell, so that they go on at the first.
  constexpr std::uint64_t kLastCell = 0xffff'ffff;
  RecordTable table;
  for (int i = 0; i < 1000; ++i) table.FindOrInsert("phone" + std::to_string(i), kLastCell);
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "phone" + std::to_string(i);
    ASSERT_EQ(table.Find(id, kLastCell)->client_id(), id);
  }
}

TEST(TheRecordTable, AgreesWithAMapUnderRandomIdsOfAllLengths) {
  std::mt19937_64 random(64);
  RecordTable table;
  std::unordered_map<std::string, Slot> model;
  for (int i = 0; i < 20'000; ++i) {
    std::string id(1 + random() % (random() % 100 == 0 ? 8000 : 30), 'x');
    for (std::size_t at = 0; at < id.size() && at < 2; ++at) id[at] = static_cast<char>(random());
    const RecordTable::Entry entry = Insert(table, id);
    const auto [known, is_new] = model.emplace(id, entry.slot);
    ASSERT_EQ(entry.inserted, is_new);
    ASSERT_EQ(entry.slot, known->second);
  }
  EXPECT_EQ(table.size(), model.size());
}

// Few enough clients that their cells run into one another, in a table that does not grow any more.
TEST(TheRecordTable, FindsThoseWhoAreLeftWhoeverIsErased) {
  constexpr int kClients = 3000;
  std::mt19937 random(1);
  RecordTable table;
  std::unordered_map<std::string, Slot> model;
  for (int step = 0; step < 200'000; ++step) {
    const std::string id = "phone" + std::to_string(random() % kClients);
    const auto known = model.find(id);
    if (known == model.end()) {
      const RecordTable::Entry entry = Insert(table, id);
      ASSERT_TRUE(entry.inserted);
      model.emplace(id, entry.slot);
    } else {
      ASSERT_EQ(Find(table, id), &table[known->second]);
      table.Erase(known->second);
      model.erase(known);
      ASSERT_EQ(Find(table, id), nullptr);
    }
  }
  EXPECT_EQ(table.size(), model.size());
  EXPECT_LE(table.slots(), static_cast<std::size_t>(kClients));
  for (const auto& [id, slot] : model) {
    EXPECT_EQ(Find(table, id), &table[slot]);
    EXPECT_TRUE(table.IsOf(table.PrefetchCandidate(RecordTable::Hash(id)), id));
  }
}

}  // namespace
}  // namespace herd
