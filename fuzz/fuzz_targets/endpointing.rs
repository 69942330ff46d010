//! Any samples in any chunks: every utterance that starts ends, within the sound.
#![no_main]

use codetta::segment::{EndpointSettings, Endpointer, Event, VoiceDetector};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&chunk, rest)) = bytes.split_first() else { return };
    let samples: Vec<f32> =
        rest.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    let settings = EndpointSettings { maximum: 3.0, ..EndpointSettings::default() };
    let Ok(mut endpointer) = Endpointer::new(&settings, VoiceDetector::live()) else { return };
    let mut events: Vec<Event> =
        samples.chunks(usize::from(chunk) + 1).flat_map(|some| endpointer.push(some)).collect();
    events.extend(endpointer.finish());
    let mut open = false;
    for event in events {
        match event {
            Event::SpeechStart { .. } => {
                assert!(!open);
                open = true;
            }
            Event::SpeechEnd(utterance) | Event::TooLong(utterance) => {
                assert!(open && utterance.span.end.0 <= samples.len().next_multiple_of(256) as u64);
                open = false;
            }
            _ => assert!(open),
        }
    }
    assert!(!open);
});
