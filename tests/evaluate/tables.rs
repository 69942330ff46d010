//! Manifests of all sorts say the same, and the results are the same table in all sorts.

use std::fs::{self, File};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;

use crate::folder::{Place, evaluate, results, sorted};
use crate::support::program::stderr;

fn parquet_manifest(path: &std::path::Path, paths: &[&str], ratings: &[i64]) {
    let schema = "message m { required binary path (UTF8); optional int64 rating; optional binary note (UTF8); }";
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let texts: Vec<ByteArray> = paths.iter().map(|p| ByteArray::from(*p)).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
    column.close().unwrap();
    // The last recording has no truth.
    let mut levels = vec![1; ratings.len()];
    levels.push(0);
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(ratings, Some(&levels), None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&[], Some(&vec![0; paths.len()]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn csv_json_lines_and_parquet_manifests_say_the_same() {
    let place = Place::new();
    for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
        place.key(&format!("{name}.wav"), index + 1);
    }
    let file = |name: &str| place.input().join(name);
    fs::write(file("m.csv"), "\u{feff}Path,Rating,note\na.wav,1,\"x, y\"\nb.wav,5.0,\nc.wav,,\n").unwrap();
    fs::write(
        file("m.jsonl"),
        "{\"path\":\"a.wav\",\"rating\":1,\"note\":[1]}\n\n{\"file\":\"b.wav\",\"rating\":\"5\"}\n{\"path\":\"c.wav\",\"rating\":null}\n",
    )
    .unwrap();
    parquet_manifest(&file("m.parquet"), &["a.wav", "b.wav", "c.wav"], &[1, 5]);
    let mut seen = Vec::new();
    for name in ["m.csv", "m.jsonl", "m.parquet"] {
        let out = place.out(name);
        let output = evaluate(&file(name), &out, &[]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        seen.push(sorted(&out.join("results.jsonl")));
    }
    assert_eq!(seen[0].len(), 3);
    assert!(seen[0][1].contains(r#""truth":{"rating":5}"#) && !seen[0][2].contains("truth"), "{:?}", seen[0]);
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[test]
fn the_tables_hold_what_the_lines_hold_also_after_a_resumed_run() {
    let place = Place::new();
    place.answers(&["lukewarm-en"]);
    for index in 0..5 {
        place.key(&format!("{index}.wav"), index + 1);
    }
    for format in ["csv", "parquet"] {
        let out = place.out(format);
        let more = ["--lang", "en", "--format", format, "--resume"];
        // An earlier run that had done some of it.
        assert!(evaluate(&place.input(), &out, &more).status.success());
        let lines = sorted(&out.join("results.jsonl"));
        fs::write(out.join("results.jsonl"), lines[..2].join("\n") + "\n").unwrap();
        let output = evaluate(&place.input(), &out, &more);
        assert!(output.status.success(), "{}", stderr(&output));
        let expected = results(&out);
        assert_eq!(expected.len(), 6);

        let mut table: Vec<(String, Option<f64>, Option<String>)> = if format == "csv" {
            let mut reader = csv::Reader::from_path(out.join("results.csv")).unwrap();
            let names = reader.headers().unwrap().clone();
            let at = |name: &str| names.iter().position(|n| n == name).unwrap();
            let (file, mean, said) = (at("file"), at("satisfaction_mean"), at("transcript"));
            let read = |record: csv::StringRecord| {
                let said = Some(record[said].to_owned()).filter(|text| !text.is_empty());
                (record[file].to_owned(), record[mean].parse().ok(), said)
            };
            reader.records().map(|record| read(record.unwrap())).collect()
        } else {
            let reader = SerializedFileReader::new(File::open(out.join("results.parquet")).unwrap()).unwrap();
            let read = |row: parquet::record::Row| {
                let cell =
                    |name: &str| row.get_column_iter().find(|(own, _)| *own == name).map(|(_, field)| field.clone());
                let text = |name: &str| match cell(name) {
                    Some(Field::Str(text)) => Some(text),
                    _ => None,
                };
                let mean = match cell("satisfaction_mean") {
                    Some(Field::Double(number)) => Some(number),
                    _ => None,
                };
                (text("file").unwrap(), mean, text("transcript"))
            };
            reader.get_row_iter(None).unwrap().map(|row| read(row.unwrap())).collect()
        };
        table.sort_by(|a, b| a.0.cmp(&b.0));
        for (row, (file, mean, said)) in expected.iter().zip(&table) {
            assert_eq!(row["file"], **file, "{format}");
            assert_eq!(row["decision"]["mean"].as_f64(), *mean, "{format}");
            assert_eq!(row["transcript"]["text"].as_str(), said.as_deref(), "{format}");
        }
        assert_eq!(table.len(), expected.len(), "{format}");
    }
    let elsewhere = crate::support::program::codetta().args(["models", "list", "--format", "csv"]).output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
}
