"""Reads packets of Perfetto with its own message types and adds up what they hold.

Argument: a file that `gosleuth trace FILE export --format perfetto` wrote. Output: one line `key value` for each sum. Anything that
Perfetto's reader would not understand ends the script: unknown fields, slices that do not nest, names that were not told, flows with one end.
"""

import collections
import sys

from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as pb

trace = pb.Trace()
trace.ParseFromString(open(sys.argv[1], "rb").read())
assert trace.ByteSize() > 0


def known(message):
    from google.protobuf import unknown_fields

    assert len(unknown_fields.UnknownFieldSet(message)) == 0, message
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
        for inner in value if repeated else [value]:
            known(inner)


tracks, names, categories, keys, texts = {}, {}, {}, {}, {}
events = []
for index, packet in enumerate(trace.packet):
    known(packet)
    assert packet.trusted_packet_sequence_id == 1
    assert packet.sequence_flags == (1 if index == 0 else 2)
    if packet.HasField("track_descriptor"):
        tracks[packet.track_descriptor.uuid] = packet.track_descriptor
    if packet.HasField("interned_data"):
        data = packet.interned_data
        names.update((entry.iid, entry.name) for entry in data.event_names)
        categories.update((entry.iid, entry.name) for entry in data.event_categories)
        keys.update((entry.iid, entry.name) for entry in data.debug_annotation_names)
        texts.update((entry.iid, entry.str) for entry in data.debug_annotation_string_values)
    if packet.HasField("track_event"):
        events.append((packet.timestamp, packet.track_event))

for descriptor in tracks.values():
    assert descriptor.HasField("process") or descriptor.parent_uuid in tracks, descriptor

# As trace_processor does: in order of time, and of the file where times are equal.
events.sort(key=lambda event: event[0])
open_slices = collections.defaultdict(list)
slices, nanos = collections.Counter(), collections.Counter()
begun, ended = collections.Counter(), collections.Counter()
counters = collections.Counter()
for time, event in events:
    assert event.track_uuid in tracks, event
    track = tracks[event.track_uuid]
    for note in event.debug_annotations:
        assert note.name_iid in keys, note
        if note.HasField("string_value_iid"):
            assert note.string_value_iid in texts, note
    if event.type in (pb.TrackEvent.TYPE_SLICE_BEGIN, pb.TrackEvent.TYPE_INSTANT):
        assert event.name_iid in names and event.category_iids[0] in categories, event
    if event.type == pb.TrackEvent.TYPE_SLICE_BEGIN:
        open_slices[event.track_uuid].append((time, categories[event.category_iids[0]]))
        ended.update(event.terminating_flow_ids)
    elif event.type == pb.TrackEvent.TYPE_SLICE_END:
        since, category = open_slices[event.track_uuid].pop()
        slices[category] += 1
        nanos[category] += time - since
    elif event.type == pb.TrackEvent.TYPE_INSTANT:
        slices[categories[event.category_iids[0]]] += 1
        begun.update(event.flow_ids)
    elif event.type == pb.TrackEvent.TYPE_COUNTER:
        assert track.HasField("counter"), track
        counters[track.name] += 1
assert not any(open_slices.values()), "slices without an end"
assert begun == ended and all(count == 1 for count in begun.values()), "flows with one end"
for category in sorted(slices):
    print(f"slices.{category} {slices[category]}")
    print(f"nanos.{category} {nanos[category]}")
print(f"flows {len(begun)}")
for name in sorted(counters):
    print(f"counter.{name} {counters[name]}")
