#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the corpora that are lists of patches, and a few texts.

A patch list is 12 bytes a patch (patches.hpp); this gives each of them a name
that says what it does. Findings are not made here: they stay as they were found.

  tests/fuzz/make_seeds.py          writes them into tests/fuzz/corpus
"""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus"

SPECIAL = [0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
           1 << 32, 1 << 47, 1 << 48, 1 << 63, (1 << 64) - 1]
WIDTHS = {1: 0, 2: 1, 4: 2, 8: 3}


def patch(area, offset, number, width=8, moment=0, how=0):
    """`offset` is in bytes within the area."""
    return struct.pack("<BBHQ", moment << 4 | area, (offset % 8) << 4 | how << 2 | WIDTHS[width],
                       offset // 8, number % (1 << 64))


def write(target, name, data):
    path = CORPUS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


# ---- fuzz_segment: areas and moments as in fuzz_segment.cpp
HEADER, GEOMETRY, STATE, SERIES, STRINGS, GAUGES = range(6)
LANE0, LANE1, LANE2, CELLS0, CELLS1, RING0, RING1, SPILL, SPILL_FRONT, ANYWHERE = range(6, 16)
ENTRY = 56


def segment(name, *patches, flags=0):
    write("segment", name, bytes([flags]) + b"".join(patches))


def segments():
    segment("as_its_producer_wrote_it")
    segment("empty_file", flags=1)
    write("segment", "only_a_magic", bytes([1]) + b"OUTRDRT1")
    write("segment", "no_input_at_all", b"")
    segment("checksum_wrong", patch(HEADER, 120, 2), flags=2)
    segment("magic_not_there_yet", patch(HEADER, 0, 0))
    segment("other_major", patch(HEADER, 8, 2, 4))
    segment("unknown_incompatible_bit", patch(HEADER, 16, 1 << 40))
    segment("unknown_compatible_bit", patch(HEADER, 24, 1 << 40))
    segment("other_byte_order", patch(HEADER, 32, 0x04030201, 4))
    segment("clock_without_rate", patch(HEADER, 96, 0), patch(HEADER, 104, 0))
    segment("name_without_end", *[patch(HEADER, 200 + i, 0x6161616161616161) for i in range(0, 64, 8)])
    segment("name_with_slash", patch(HEADER, 200, 0x2F, 1))
    segment("another_generation", patch(HEADER, 120, 2))
    segment("another_boot", patch(HEADER, 160, 0x30, 1))
    segment("process_gone", patch(HEADER, 152, 0x7FFFFFFE, 4))
    for field, offset in (("lanes", 0), ("ring_capacity", 4), ("series", 8), ("string_bytes", 28)):
        segment("geometry_%s_zero" % field, patch(GEOMETRY, offset, 0, 4))
    segment("geometry_file_too_short", patch(GEOMETRY, 0, 3, 4), flags=4)
    segment("geometry_1024_lanes", patch(GEOMETRY, 0, 1024, 4), patch(GEOMETRY, 4, 2, 4))
    segment("series_count_beyond_the_table", patch(STATE, 0, (1 << 64) - 1))
    segment("series_count_falls", patch(STATE, 0, 1, moment=2))
    segment("series_count_grows_after_binding", patch(STATE, 0, 16, moment=5))
    segment("lanes_used_beyond_the_geometry", patch(STATE, 128, (1 << 64) - 1))
    segment("lanes_used_falls_to_zero", patch(STATE, 128, 0, moment=3))
    segment("says_good_bye", patch(STATE, 144, 1))
    segment("heartbeat_far_apart", patch(STATE, 264, 1 << 63), patch(STATE, 272, 0))
    segment("heartbeat_odd_for_ever", patch(STATE, 256, 3))
    segment("geometry_huge", *[patch(GEOMETRY, at, 0xFFFFFFFF, 4) for at in range(0, 32, 4)], flags=4)
    segment("geometry_of_one_lane", patch(GEOMETRY, 0, 1, 4))
    segment("entry_of_unknown_kind", patch(SERIES, 0, 9, 4))
    for number in range(0, 7, 2):
        segment("entry_%d_with_huge_slot" % number, patch(SERIES, number * ENTRY + 16, 0xFFFF, 4))
    segment("entry_name_outside", patch(SERIES, 24, 0xFFFFFFFF, 4))
    segment("entry_name_of_4_gib", patch(SERIES, 28, 0xFFFFFFFF, 4))
    segment("entry_labels_without_end", patch(SERIES, 44, 1, 4))
    segment("entry_with_65_bounds", patch(SERIES, 5 * ENTRY + 52, 65, 4))
    segment("entry_scale_nan", patch(SERIES, 5 * ENTRY + 8, 0x7FF8000000000001))
    segment("entry_figures_3", patch(SERIES, 4 * ENTRY + 20, 3, 4))
    segment("entry_twice", patch(SERIES, 5 * ENTRY + 24, 0, how=0))
    segment("names_not_utf8", *[patch(STRINGS, i, 0xFFFEC0AF80BFF5ED) for i in range(0, 256, 16)])
    segment("gauges_nan_and_infinity", patch(GAUGES, 0, 0x7FF8000000000001), patch(GAUGES, 64, 0x7FF << 52))
    segment("head_far_ahead", patch(LANE0, 128, 1 << 40))
    segment("head_goes_back", patch(LANE0, 128, 2, moment=3))
    segment("head_to_and_fro", patch(LANE0, 128, 1 << 40, moment=7))
    segment("spilled_hint_without_spill", patch(LANE0, 256, (1 << 64) - 1))
    segment("lane_name_without_end", *[patch(LANE0, 16 + i, 0x6161616161616161) for i in range(0, 32, 8)])
    segment("spill_offset_outside", patch(CELLS0, 0, (1 << 64) - 1))
    segment("spill_offset_at_the_last_word", patch(CELLS0, 0, 0x2C000 - 8))
    segment("spill_offset_odd", patch(CELLS0, 0, 3, how=1))
    segment("spill_offsets_change_after_binding", patch(CELLS0, 0, 0, moment=4), patch(CELLS1, 8, 0, moment=4))
    segment("counter_near_its_end", patch(CELLS0, 128, (1 << 64) - 1))
    segment("sample_of_no_series", patch(RING0, 8, (1 << 64) - 1))
    segment("sample_of_a_counter", patch(RING0, 8, 0))
    segment("sample_at_the_top", patch(RING0, 8, 4 << 48 | (1 << 48) - 1))
    segment("samples_to_and_fro", *[patch(RING0, 8 + 16 * i, 5 << 48 | 100, moment=7) for i in range(4)])
    segment("spill_counts_run_over", patch(SPILL_FRONT, 0, (1 << 64) - 1), patch(SPILL_FRONT, 8, (1 << 64) - 1))
    segment("spill_buckets_fall", *[patch(SPILL, 32 + 8 * i, 0, moment=5) for i in range(40)])
    segment("spill_sums_fall", patch(SPILL_FRONT, 8, 0, moment=6), patch(SPILL_FRONT, 16, 0, moment=6))
    for moment in (2, 4, 7):
        segment("cut_to_nothing_at_moment_%d" % moment, flags=moment << 3)
    segment("cut_to_a_page_when_bound", flags=1 << 6 | 2 << 3)
    segment("cut_to_its_half_before_the_sweep", flags=3 << 6 | 4 << 3)
    segment("everything_at_once", patch(LANE0, 128, 100), patch(STATE, 0, 16), patch(CELLS0, 0, 0x8000),
            patch(RING0, 8, 15 << 48), patch(SERIES, 5 * ENTRY, 4, 4), patch(STATE, 128, 3))


# ---- fuzz_checkpoint
def checkpoint(name, *patches, flags=0):
    write("checkpoint", name, bytes([flags]) + b"".join(patches))


def checkpoints():
    checkpoint("as_a_sidecar_left_it")
    write("checkpoint", "front_of_text", bytes([1]) + b"garbage!")
    checkpoint("one_byte_short", flags=2)
    checkpoint("half_of_it", flags=2 | 26 << 2)
    checkpoint("other_magic", patch(0, 0, 0))
    checkpoint("other_size", patch(0, 8, 1))
    checkpoint("other_image_counts", patch(0, 128, 1, how=1))
    checkpoint("no_rows", patch(2, 0, 0))
    checkpoint("rows_beyond_the_table", patch(2, 0, (1 << 64) - 1))
    checkpoint("one_row_fewer", patch(2, 0, (1 << 64) - 1, how=1))
    for word in (64, 192):
        checkpoint("front_word_%d" % word, patch(0, word, (1 << 64) - 1))
    checkpoint("row_offset_elsewhere", patch(2, 8, 0))
    checkpoint("row_of_unknown_kind", patch(4, 0, 9, 4))
    checkpoint("row_becomes_a_gate", patch(4, 0, 6, 4))
    checkpoint("row_becomes_a_gauge", patch(4, 56, 3, 4))
    checkpoint("row_with_other_figures", patch(4, 56 + 20, 3, 4))
    checkpoint("row_name_outside", patch(4, 24, 0xFFFFFFFF, 4))
    checkpoint("text_ends_at_the_last_byte", patch(4, 56 + 48, (1 << 20) - 24, 4))
    checkpoint("text_end_overflows", patch(4, 56 + 48, 1 << 20, 4), patch(4, 56 + 52, 0, 4))
    # The first row is another series, so the next bind adds one, over whose text?
    checkpoint("text_end_before_the_text", patch(7, 0, 0x78, 1), patch(4, 112 + 48, 0, 4), patch(4, 112 + 52, 0, 4))
    checkpoint("text_not_utf8", *[patch(7, i, 0xFFFEC0AF80BFF5ED) for i in range(0, 64, 8)])
    checkpoint("of_another_generation", patch(9, 0, 7), patch(10, 0, 7))
    checkpoint("retired_already", patch(9, 8, 1), patch(10, 8, 1))
    checkpoint("positions_ahead_of_the_trader", *[patch(a, 88, 1 << 40) for a in (9, 10)])
    checkpoint("positions_at_the_end", *[patch(a, 96, (1 << 64) - 1) for a in (11, 12)])
    checkpoint("totals_near_their_end", *[patch(a, 16, (1 << 64) - 1) for a in (9, 10)])
    checkpoint("cells_full", *[patch(13, 8 * i, (1 << 64) - 1) for i in range(60)])


# ---- fuzz_journal
def journal(name, *patches, flags=0):
    write("journal", name, bytes([flags]) + b"".join(patches))


def journals():
    journal("as_a_sidecar_left_them")
    journal("last_record_torn", flags=0x40)
    journal("last_record_missing", flags=0x10)
    for name, flags in (("whole", 0x80), ("torn", 0xC0), ("two_records_short", 0xA0)):
        journal("one_copy_" + name, flags=flags)
    journal("one_copy_with_a_bit_flipped", patch(3, 100, 1, 1, how=2), flags=0x81)
    journal("one_copy_tells_another_story", patch(5, 56, 3, 4), flags=0x80)
    journal("one_bit_flipped", patch(3, 100, 1, 1, how=2), flags=1)
    journal("number_skipped", patch(3, 8, 9))
    journal("unknown_action", patch(3, 56, 99, 4))
    journal("action_zero", patch(3, 56, 0, 4))
    journal("scope_without_end", *[patch(2, 96 + i, 0x6161616161616161) for i in range(0, 112, 8)])
    journal("scope_not_utf8", patch(2, 96, 0xFFFEC0AF80BFF5ED))
    journal("scope_malformed", patch(2, 96, 0x3D3D3D))
    journal("kill_of_everything", patch(7, 56, 3, 4), patch(7, 96, 0x6C61626F6C67), patch(7, 104, 0))
    journal("of_another_boot", *[patch(r, 16, 0) for r in range(8)])
    journal("time_before_1970", patch(7, 32, 1 << 63))
    journal("value_nan", patch(7, 48, 0x7FF8000000000001))
    journal("latch_of_another_version", patch(8, 8, 2, 4))
    journal("latch_without_magic", patch(8, 0, 0))
    journal("latch_not_armed", patch(8, 40, 0))
    journal("latch_slot_half_written", patch(10, 0, 3))
    journal("latch_slot_checksum_wrong", patch(10, 16, 3), flags=2)
    journal("latch_slot_unknown_action", patch(10, 0, 2), patch(10, 16, 99))
    journal("latch_slot_kills", patch(11, 0, 2), patch(11, 16, 3), patch(11, 40, 0x6C61626F6C67))
    journal("latch_breaker_halts", patch(13, 0, 2), patch(13, 16, 1), patch(13, 40, 0x74736F68))
    write("journal", "journal_of_text", bytes([4]) + b"not a journal at all\n" * 60)
    write("journal", "journal_empty", bytes([4]))
    write("journal", "kill_request_of_touch", bytes([8]))
    write("journal", "kill_request_with_scope", bytes([8]) + b'{"scope": "venue=binance", "reason": "duplicate fills"}\n')
    write("journal", "kill_request_of_text", bytes([8]) + b"venue=binance duplicate fills\n")
    write("journal", "kill_request_too_long", bytes([8]) + b'{"scope": "' + b"a" * 3000 + b'"}')


# ---- texts
def texts():
    write("text", "ascii", b"orders_total")
    write("text", "every_length_of_utf8", "a\u00e9\u20ac\U0001F600".encode())
    write("text", "overlong_slash", b"\xc0\xaf")
    write("text", "surrogate", b"\xed\xa0\x80")
    write("text", "above_the_last_character", b"\xf4\x90\x80\x80")
    write("text", "cut_short", b"\xf0\x9f\x98")
    write("text", "newline_and_backslash", b"a\\b\nc")
    write("text", "target_with_escapes", b"/a%20b%2F?window=10s%26&q=+")
    write("text", "target_of_a_proxy", b"http://host/metrics?x")
    write("text", "escape_broken", b"/%2")
    write("text", "long_character_at_the_cut", b"a" * 78 + "\U0001F600".encode())


for make in (segments, checkpoints, journals, texts):
    make()
