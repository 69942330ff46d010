//! `results.parquet`: written in groups of rows to a neighbour, which gets its name when the run has ended.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::{COLUMNS, Cell};
use crate::error::{Error, ErrorKind, Result};

/// Rows that are held in memory before they are written.
const GROUP: usize = 1_024;

pub struct Parquet {
    writer: SerializedFileWriter<File>,
    rows: Vec<Vec<Cell>>,
    path: PathBuf,
    partial: PathBuf,
}

impl Parquet {
    pub fn create(path: &Path) -> Result<Self> {
        let partial = path.with_extension("parquet.partial");
        let file = File::create(&partial).map_err(|e| Error::io(&partial, &e))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = schema()
            .and_then(|schema| SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)))
            .map_err(|e| failed(&partial, &e))?;
        Ok(Self { writer, rows: Vec::new(), path: path.to_owned(), partial })
    }

    pub fn append(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.rows.push(cells);
        if self.rows.len() < GROUP { Ok(()) } else { self.flush() }
    }

    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map_err(|e| failed(&self.partial, &e))?;
        fs::rename(&self.partial, &self.path).map_err(|e| Error::io(&self.path, &e))
    }

    fn flush(&mut self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        write(&mut self.writer, &rows).map_err(|e| failed(&self.partial, &e))
    }
}

fn write(writer: &mut SerializedFileWriter<File>, rows: &[Vec<Cell>]) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    let mut index = 0;
    while let Some(mut column) = group.next_column()? {
        let cells = rows.iter().map(|row| &row[index]);
        let (mut levels, mut texts, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for cell in cells {
            match cell {
                Cell::Text(text) => {
                    levels.push(i16::from(text.is_some()));
                    texts.extend(text.as_deref().map(ByteArray::from));
                }
                Cell::Number(number) => {
                    levels.push(i16::from(number.is_some()));
                    numbers.extend(*number);
                }
            }
        }
        if COLUMNS[index].1 {
            column.typed::<DoubleType>().write_batch(&numbers, Some(&levels), None)?;
        } else {
            column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
        }
        column.close()?;
        index += 1;
    }
    group.close().map(drop)
}

fn schema() -> Result<Type, ParquetError> {
    let column = |(name, is_number): (&str, bool)| {
        let builder = if is_number {
            Type::primitive_type_builder(name, Physical::DOUBLE)
        } else {
            Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String))
        };
        builder.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    };
    let fields = COLUMNS.into_iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("results").with_fields(fields).build()
}

fn failed(path: &Path, error: &ParquetError) -> Error {
    let problem = format!("{error}; free some space and run again with --resume");
    Error::new(ErrorKind::Write, path.display().to_string(), problem)
}
