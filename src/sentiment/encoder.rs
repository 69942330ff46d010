//! The encoder: six layers of a BERT over word pieces, and a five-level head.

use std::borrow::Cow;

use tokenizers::Tokenizer;

use super::word_table::WordTable;
use crate::error::{Error, ErrorKind, Result};
use crate::neural::{Block, BlockNames, Layout, Linear, Matrix, Norm, NormOrder, Weights};

const HIDDEN: usize = 384;
const LAYERS: usize = 6;
const LEVELS: usize = 5;
/// Word pieces read, with start and end marks; of a longer text the first and last halves.
const LONGEST: usize = 64;
const HEADS: usize = 12;
const EPSILON: f32 = 1e-12;
const NAMES: BlockNames = BlockNames {
    query: "attention.self.query",
    key: "attention.self.key",
    key_has_bias: true,
    value: "attention.self.value",
    out: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    expand: "intermediate.dense",
    contract: "output.dense",
    final_norm: "output.LayerNorm",
};
const START: u32 = 0;
const END: u32 = 2;

/// Mean-pooled BERT (Devlin et al. 2018) whose lower layers are those of multilingual-e5-small (Wang et al. 2024).
pub(super) struct Encoder {
    tokenizer: Tokenizer,
    words: WordTable,
    /// Position and segment embeddings together, `[LONGEST, HIDDEN]`.
    position: Matrix,
    norm: Norm,
    layers: Vec<Block>,
    head: Linear,
}

impl Encoder {
    /// `weights`: safetensors as `scripts/train/sentiment` writes it (matrices u8 with an f32 scale per row, word
    /// embeddings in Q4_0 blocks, the rest f16). `tokenizer`: its `tokenizer.json`. Memory: 43 MB of floats for the
    /// layers; the word embeddings stay as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where a file is damaged or tensors are missing.
    pub(super) fn from_bytes(weights: Cow<'static, [u8]>, tokenizer: &[u8]) -> Result<Self> {
        let tokenizer = Tokenizer::from_bytes(tokenizer)
            .map_err(|e| Error::new(ErrorKind::Model, "sentiment tokenizer", format!("{e}; restore the file")))?;
        let (position, norm, layers, head) = load(&weights).map_err(damaged)?;
        let words = WordTable::new(weights, HIDDEN).map_err(damaged)?;
        if tokenizer.get_vocab_size(true) != words.len() {
            let (pieces, rows) = (tokenizer.get_vocab_size(true), words.len());
            let problem = format!("expected as many pieces as embeddings, got {pieces} and {rows}; restore both files");
            return Err(Error::new(ErrorKind::Model, "sentiment tokenizer", problem));
        }
        Ok(Self { tokenizer, words, position, norm, layers, head })
    }

    /// Log-odds of the five levels for a normalised text. Time is bounded by [`LONGEST`] pieces.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the tokenizer refuses a text, which none should cause.
    pub(super) fn logits(&self, normal: &str) -> Result<[f32; LEVELS]> {
        let internal = |e: String| Error::new(ErrorKind::Internal, "sentiment encoder", e);
        let encoded = self.tokenizer.encode_fast(normal, false).map_err(|e| internal(e.to_string()))?;
        Ok(self.forward(&framed(encoded.get_ids())))
    }

    fn forward(&self, pieces: &[u32]) -> [f32; LEVELS] {
        let mut read = Matrix::new(self.words.rows(pieces), HIDDEN);
        for (row, position) in read.rows_mut().zip(self.position.rows()) {
            row.iter_mut().zip(position).for_each(|(x, position)| *x += position);
        }
        self.norm.apply(&mut read);
        for layer in &self.layers {
            read = layer.forward(read);
        }
        let levels = self.head.forward(&Matrix::new(read.mean_row(), HIDDEN));
        std::array::from_fn(|level| levels.data()[level])
    }
}

/// Start and end marks round the pieces, and at most [`LONGEST`] in all.
fn framed(pieces: &[u32]) -> Vec<u32> {
    let room = LONGEST - 2;
    let (head, tail) = match pieces.len() {
        n if n <= room => (pieces, &[][..]),
        n => (&pieces[..room / 2], &pieces[n - room / 2..]),
    };
    [&[START], head, tail, &[END]].concat()
}

type Parts = (Matrix, Norm, Vec<Block>, Linear);

fn load(file: &[u8]) -> std::result::Result<Parts, String> {
    let weights = Weights::read(file)?;
    let position = Matrix::new(weights.floats("position", &[LONGEST, HIDDEN])?, HIDDEN);
    let layer = |i| Block::load(&weights, &format!("layer.{i}."), &NAMES, (HIDDEN, HEADS), (NormOrder::After, EPSILON));
    let layers = (0..LAYERS).map(layer).collect::<std::result::Result<_, _>>()?;
    let head = weights.floats("head.weight", &[LEVELS, HIDDEN])?;
    let head = Linear::new(&head, HIDDEN, Layout::OutputsFirst, weights.floats("head.bias", &[LEVELS])?);
    Ok((position, Norm::load(&weights, "norm", HIDDEN, EPSILON)?, layers, head))
}

fn damaged(problem: String) -> Error {
    Error::new(ErrorKind::Model, "sentiment encoder weights", format!("{problem}; restore the file"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentiment::reader::{ENCODER, TOKENIZER};

    #[test]
    fn a_long_text_keeps_its_first_and_last_pieces() {
        let pieces: Vec<u32> = (10..200).collect();
        let framed = framed(&pieces);
        assert_eq!((framed.len(), framed[0], framed[1], framed[62], framed[63]), (LONGEST, START, 10, 199, END));
    }

    #[test]
    fn damaged_or_mismatched_files_are_refused() {
        let cut = Cow::from(ENCODER[..ENCODER.len() / 2].to_vec());
        let kind =
            |file: Cow<'static, [u8]>, tokenizer: &[u8]| Encoder::from_bytes(file, tokenizer).err().map(|e| e.kind());
        assert_eq!(kind(cut, TOKENIZER), Some(ErrorKind::Model));
        assert_eq!(kind(Cow::Borrowed(ENCODER), b"{}"), Some(ErrorKind::Model));
        let small = br#"{"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0]],"byte_fallback":false}}"#;
        assert_eq!(kind(Cow::Borrowed(ENCODER), small), Some(ErrorKind::Model));
    }
}
