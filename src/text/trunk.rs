//! The lower layers of the text encoder: pieces of words in, states out, from which any branch reads on.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use tokenizers::Tokenizer;

use super::branch::{EPSILON, HIDDEN, layers};
use super::word_table::WordTable;
use crate::error::{Error, ErrorKind, Result};
use crate::neural::{Block, Matrix, Norm, Weights};

/// The embedded weights: those of the trunk, and those of the branch that reads sentiment.
pub(crate) static ENCODER: &[u8] = include_bytes!("../../models/sentiment-encoder.safetensors");
pub(crate) static TOKENIZER: &[u8] = include_bytes!("../../models/sentiment-tokenizer.json");

/// Layers that training has left as they were, so that every branch can begin at what they make of a text.
pub(super) const SHARED: usize = 2;
/// Word pieces read at once, with start and end marks.
const LONGEST: usize = 64;
/// So many times at most is a longer text read.
const WINDOWS: usize = 4;
const START: u32 = 0;
const END: u32 = 2;

/// Pieces, their embeddings, and the lower two layers of multilingual-e5-small (Wang et al. 2024), a BERT (Devlin et al. 2018).
pub(crate) struct Trunk {
    tokenizer: Tokenizer,
    words: WordTable,
    /// Position and segment embeddings together, `[LONGEST, HIDDEN]`.
    position: Matrix,
    norm: Norm,
    layers: Vec<Block>,
}

static EMBEDDED: LazyLock<Arc<Trunk>> = LazyLock::new(|| {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    Arc::new(Trunk::from_bytes(Cow::Borrowed(ENCODER), TOKENIZER).expect("the embedded text encoder is valid"))
});

impl Trunk {
    /// The weights that are part of the program, loaded once.
    pub(crate) fn embedded() -> Arc<Self> {
        EMBEDDED.clone()
    }

    /// `weights`: safetensors as `scripts/train/sentiment` writes it (matrices u8 with an f32 scale per row, word
    /// embeddings in Q4_0 blocks, the rest f16). `tokenizer`: its `tokenizer.json`. Memory: 14 MB of floats for the
    /// layers; the word embeddings stay as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where a file is damaged or tensors are missing.
    pub(crate) fn from_bytes(weights: Cow<'static, [u8]>, tokenizer: &[u8]) -> Result<Self> {
        let tokenizer = Tokenizer::from_bytes(tokenizer)
            .map_err(|e| Error::new(ErrorKind::Model, "text tokenizer", format!("{e}; restore the file")))?;
        let (position, norm, layers) = load(&weights).map_err(damaged)?;
        let words = WordTable::new(weights, HIDDEN).map_err(damaged)?;
        if tokenizer.get_vocab_size(true) != words.len() {
            let (pieces, rows) = (tokenizer.get_vocab_size(true), words.len());
            let problem = format!("expected as many pieces as embeddings, got {pieces} and {rows}; restore both files");
            return Err(Error::new(ErrorKind::Model, "text tokenizer", problem));
        }
        Ok(Self { tokenizer, words, position, norm, layers })
    }

    /// The states of a normalised text's pieces, `[pieces, HIDDEN]`; of a text longer than [`LONGEST`] those of the first and last
    /// halves.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the tokenizer refuses a text, which none should cause.
    pub(crate) fn read(&self, normal: &str) -> Result<Matrix> {
        let encoded = self.tokenizer.encode_fast(normal, false).map_err(refused)?;
        Ok(self.states(&framed(encoded.get_ids(), START, END)))
    }

    /// As [`Self::read`], of all of a long text: in windows, evenly spread, that overlap. Between them are gaps only where [`WINDOWS`]
    /// cannot cover it. Every window has the same length, so that the mean over them is the text's.
    pub(crate) fn read_in_windows(&self, normal: &str) -> Result<Vec<Matrix>> {
        let encoded = self.tokenizer.encode_fast(normal, false).map_err(refused)?;
        let pieces = encoded.get_ids();
        Ok(windows(pieces.len()).map(|window| self.states(&framed(&pieces[window], START, END))).collect())
    }

    /// As [`Self::read`], and where in the text each piece stands; a mark of start or end stands nowhere.
    pub(crate) fn read_with_places(&self, normal: &str) -> Result<(Matrix, Vec<Range<usize>>)> {
        let encoded = self.tokenizer.encode(normal, false).map_err(refused)?;
        let places: Vec<Range<usize>> = encoded.get_offsets().iter().map(|&(from, to)| from..to).collect();
        let states = self.states(&framed(encoded.get_ids(), START, END));
        Ok((states, framed(&places, 0..0, 0..0)))
    }

    fn states(&self, pieces: &[u32]) -> Matrix {
        let mut read = Matrix::new(self.words.rows(pieces), HIDDEN);
        for (row, position) in read.rows_mut().zip(self.position.rows()) {
            row.iter_mut().zip(position).for_each(|(x, position)| *x += position);
        }
        self.norm.apply(&mut read);
        self.layers.iter().fold(read, |read, layer| layer.forward(read))
    }
}

fn refused(problem: tokenizers::Error) -> Error {
    Error::new(ErrorKind::Internal, "text encoder", problem.to_string())
}

/// Marks of start and end round what there is of each piece, and at most [`LONGEST`] in all.
fn framed<T: Clone>(pieces: &[T], start: T, end: T) -> Vec<T> {
    let room = LONGEST - 2;
    let (head, tail) = match pieces.len() {
        n if n <= room => (pieces, &[][..]),
        n => (&pieces[..room / 2], &pieces[n - room / 2..]),
    };
    [&[start], head, tail, &[end]].concat()
}

/// Where [`Trunk::read_in_windows`] reads a text of so many pieces.
fn windows(pieces: usize) -> impl Iterator<Item = Range<usize>> {
    let room = LONGEST - 2;
    let count = pieces.div_ceil(room).clamp(1, WINDOWS);
    let length = pieces.min(room);
    (0..count).map(move |i| {
        let start = i * (pieces - length) / (count - 1).max(1);
        start..start + length
    })
}

fn load(file: &[u8]) -> std::result::Result<(Matrix, Norm, Vec<Block>), String> {
    let weights = Weights::read(file)?;
    let position = Matrix::new(weights.floats("position", &[LONGEST, HIDDEN])?, HIDDEN);
    Ok((position, Norm::load(&weights, "norm", HIDDEN, EPSILON)?, layers(&weights, 0..SHARED)?))
}

fn damaged(problem: String) -> Error {
    Error::new(ErrorKind::Model, "text encoder weights", format!("{problem}; restore the file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_first_and_last_pieces() {
        let pieces: Vec<u32> = (10..200).collect();
        let framed = framed(&pieces, START, END);
        assert_eq!((framed.len(), framed[0], framed[1], framed[62], framed[63]), (LONGEST, START, 10, 199, END));
    }

    #[test]
    fn windows_cover_a_text_from_its_first_piece_to_its_last() {
        for pieces in 0..=(LONGEST - 2) * WINDOWS {
            let found: Vec<_> = windows(pieces).collect();
            assert_eq!((found[0].start, found.last().unwrap().end), (0, pieces));
            assert!(found.iter().all(|window| window.len() == pieces.min(LONGEST - 2)), "{pieces}: {found:?}");
            assert!(found.windows(2).all(|two| two[0].end >= two[1].start), "{pieces}: {found:?}");
        }
        assert_eq!(windows(100_000).last(), Some(99_938..100_000));
        assert_eq!(windows(100_000).count(), WINDOWS);
    }

    #[test]
    fn damaged_or_mismatched_files_are_refused() {
        let cut = Cow::from(ENCODER[..ENCODER.len() / 2].to_vec());
        let kind =
            |file: Cow<'static, [u8]>, tokenizer: &[u8]| Trunk::from_bytes(file, tokenizer).err().map(|e| e.kind());
        assert_eq!(kind(cut, TOKENIZER), Some(ErrorKind::Model));
        assert_eq!(kind(Cow::Borrowed(ENCODER), b"{}"), Some(ErrorKind::Model));
        let small = br#"{"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0]],"byte_fallback":false}}"#;
        assert_eq!(kind(Cow::Borrowed(ENCODER), small), Some(ErrorKind::Model));
    }
}
