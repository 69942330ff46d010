//! Manifests as Parquet: the columns that are read, whatever plain type they have.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;

use super::manifest::{Rows, column};
use crate::error::{Error, ErrorKind, Result};

/// More than this in one group of rows, unpacked, is no manifest: a group is what the reader holds at a time.
const LARGEST_GROUP: i64 = 256 << 20;

/// Adds the rows of a Parquet file, uncompressed or with Snappy or Zstandard.
///
/// # Errors
/// [`ErrorKind::Corrupt`] for a damaged file, [`ErrorKind::Unsupported`] for another compression, [`ErrorKind::Limit`]
/// for more text in one group of rows than any manifest has.
pub fn read(path: &Path, rows: &mut Rows) -> Result<()> {
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let subject = rows.subject.clone();
    // The reader may panic on a hostile file; that is one line as well.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| records(file, rows)));
    let damaged = |problem: String| {
        // The library names what it was built without.
        let (kind, advice) = if problem.contains("feature") || problem.contains("compression") {
            (ErrorKind::Unsupported, "write it with Snappy, Zstandard or no compression")
        } else {
            (ErrorKind::Corrupt, "write it again")
        };
        Error::new(kind, subject.clone(), format!("cannot be read as Parquet: {problem}; {advice}"))
    };
    match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("its content is inconsistent".to_owned())),
    }
}

/// The outer error is Parquet's, the inner that of the rows.
fn records(file: File, rows: &mut Rows) -> Result<Result<()>, parquet::errors::ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    if let Err(error) = rows.check_columns(&names) {
        return Ok(Err(error));
    }
    for group in reader.metadata().row_groups() {
        let of_use = |name: &str| column(name).is_some();
        let columns =
            group.columns().iter().filter(|chunk| chunk.column_path().parts().first().is_some_and(|n| of_use(n)));
        let bytes = columns.map(|chunk| chunk.uncompressed_size()).fold(0i64, i64::saturating_add);
        if bytes > LARGEST_GROUP {
            let problem =
                format!("expected groups of rows of at most {LARGEST_GROUP} bytes, got {bytes}; write smaller groups");
            return Ok(Err(Error::new(ErrorKind::Limit, rows.subject.clone(), problem)));
        }
    }
    let wanted: Vec<Arc<Type>> = schema
        .get_fields()
        .iter()
        .filter(|field| field.is_primitive() && column(field.name()).is_some())
        .cloned()
        .collect();
    let projection = Type::group_type_builder(schema.name()).with_fields(wanted).build()?;
    for (index, row) in reader.get_row_iter(Some(projection))?.enumerate() {
        let row = row?;
        let cells: Vec<(&'static str, String)> =
            row.get_column_iter().filter_map(|(name, field)| Some((column(name)?, text(field)))).collect();
        let done = rows.row(index + 1, cells.iter().map(|(name, text)| (*name, text.as_str())));
        if done.is_err() {
            return Ok(done);
        }
    }
    Ok(Ok(()))
}

/// A cell as a table of text would hold it.
fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        other => other.to_string(),
    }
}
