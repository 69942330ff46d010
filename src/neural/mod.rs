//! What neural networks are made of, in 32-bit floats on the processor: encoder, hearing and sentiment run theirs from here.
//!
//! Products are rten-gemm's, with weights laid out for it once, at load; functions of single values are rten-vecmath's.
//! Both choose the widest vectors of the machine at run time. Threads are those of rayon's pool: see [`one_thread`].

#![cfg_attr(not(any(test, feature = "whisper")), expect(dead_code, reason = "some layers only hearing has"))]

mod block;
mod convolution;
mod linear;
mod matrix;
mod values;
mod weights;

pub(crate) use block::{Block, BlockNames, NormOrder};
pub(crate) use convolution::Convolution;
pub(crate) use linear::{Layout, Linear};
pub use matrix::Matrix;
pub(crate) use values::{Norm, gelu, softmax};
pub(crate) use weights::Weights;

/// Runs all networks of this process on the thread that asks, unless `RAYON_NUM_THREADS` names a number.
///
/// One answer's sentence and voice are small: shared among threads they take longer, and spinning threads take the
/// cores that recognition needs. For a program's first lines; where rayon runs already, nothing changes.
pub fn one_thread() {
    if std::env::var_os("RAYON_NUM_THREADS").is_none() {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    }
}
