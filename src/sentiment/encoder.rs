//! The encoder: six layers of a BERT over word pieces, and a five-level head.

use std::borrow::Cow;
use std::collections::HashMap;

use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertEncoder, Config, HiddenAct};
use tokenizers::Tokenizer;

use super::word_table::WordTable;
use crate::error::{Error, ErrorKind, Result};

const HIDDEN: usize = 384;
const LAYERS: usize = 6;
const LEVELS: usize = 5;
/// Word pieces read, with start and end marks; of a longer text the first and last halves.
const LONGEST: usize = 64;
const START: u32 = 0;
const END: u32 = 2;

/// Mean-pooled BERT (Devlin et al. 2018) whose lower layers are those of multilingual-e5-small (Wang et al. 2024).
pub(super) struct Encoder {
    tokenizer: Tokenizer,
    words: WordTable,
    /// Position and segment embeddings together, `[LONGEST, HIDDEN]`.
    position: Tensor,
    norm: candle_nn::LayerNorm,
    layers: BertEncoder,
    head: candle_nn::Linear,
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
        let (position, norm, layers, head) = load(&weights).map_err(|e| damaged(&e))?;
        let words = WordTable::new(weights, HIDDEN)?;
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
    /// [`ErrorKind::Internal`] if candle refuses a shape, which no text should cause.
    pub(super) fn logits(&self, normal: &str) -> Result<[f32; LEVELS]> {
        let internal = |e: String| Error::new(ErrorKind::Internal, "sentiment encoder", e);
        let encoded = self.tokenizer.encode_fast(normal, false).map_err(|e| internal(e.to_string()))?;
        self.forward(&framed(encoded.get_ids())).map_err(|e| internal(e.to_string()))
    }

    fn forward(&self, pieces: &[u32]) -> candle_core::Result<[f32; LEVELS]> {
        use candle_core::{IndexOp, Module};
        let embedded = Tensor::from_vec(self.words.rows(pieces), (1, pieces.len(), HIDDEN), &Device::Cpu)?;
        let embedded = self.norm.forward(&embedded.broadcast_add(&self.position.i(..pieces.len())?)?)?;
        let nothing_masked = Tensor::zeros((1, 1, 1, pieces.len()), DType::F32, &Device::Cpu)?;
        let read = self.layers.forward(&embedded, &nothing_masked)?;
        let levels = self.head.forward(&read.mean(1)?)?.squeeze(0)?.to_vec1::<f32>()?;
        Ok(std::array::from_fn(|level| levels.get(level).copied().unwrap_or(0.0)))
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

type Parts = (Tensor, candle_nn::LayerNorm, BertEncoder, candle_nn::Linear);

fn load(weights: &[u8]) -> candle_core::Result<Parts> {
    let file = SliceSafetensors::new(weights)?;
    let mut tensors = HashMap::new();
    for (name, _) in file.tensors() {
        let loaded = || file.load(&name, &Device::Cpu)?.to_dtype(DType::F32);
        if let Some(matrix) = name.strip_suffix(".u8") {
            let scale = file.load(&format!("{matrix}.scale"), &Device::Cpu)?.unsqueeze(1)?;
            tensors.insert(matrix.to_owned(), (loaded()? - 128.0)?.broadcast_mul(&scale)?);
        } else if !name.ends_with(".scale") && name != WordTable::NAME {
            tensors.insert(name.clone(), loaded()?);
        }
    }
    let vb = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let config = Config {
        hidden_size: HIDDEN,
        num_hidden_layers: LAYERS,
        num_attention_heads: 12,
        intermediate_size: 4 * HIDDEN,
        hidden_act: HiddenAct::Gelu,
        layer_norm_eps: 1e-12,
        ..Config::default()
    };
    let position = vb.get((LONGEST, HIDDEN), "position")?;
    let norm = candle_nn::layer_norm(HIDDEN, config.layer_norm_eps, vb.pp("norm"))?;
    let layers = BertEncoder::load(vb.clone(), &config)?;
    let head = candle_nn::linear(HIDDEN, LEVELS, vb.pp("head"))?;
    Ok((position, norm, layers, head))
}

fn damaged(e: &candle_core::Error) -> Error {
    Error::new(ErrorKind::Model, "sentiment encoder weights", format!("{e}; restore the file"))
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
