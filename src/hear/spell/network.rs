//! One network that spells: for each state of a sound, how probable each unit of speech is there.
//!
//! A projection and two small convolutions over the states of Whisper's lower encoder, fitted with connectionist temporal
//! classification (Graves et al. 2006).

use crate::neural::{Convolution, Layout, Linear, Matrix, Weights, gelu, softmax};

pub(super) struct Network {
    /// With the states' standardisation in it.
    project: Linear,
    hidden: Convolution,
    out: Convolution,
    units: usize,
}

impl Network {
    /// The network of this number in a speller's file.
    pub(super) fn read(stored: &Weights, number: usize) -> Result<Self, String> {
        let named = |name: &str| format!("{number}.{name}");
        let dimensions = |name: &str| -> Result<[usize; 3], String> {
            let shape = stored.shape(&named(name))?;
            shape.try_into().map_err(|shape| format!("expected {name} of span, inputs and outputs, got {shape:?}"))
        };
        let [hidden_span, projected, hidden] = dimensions("hidden")?;
        let [out_span, _, units] = dimensions("out")?;
        let width = stored.shape(&named("project"))?.first().copied().unwrap_or(0);
        let bias = |name: &str, outputs: usize| stored.floats(&named(&format!("{name}_bias")), &[outputs]);
        let convolution = |name: &str, shape: [usize; 3]| -> Result<_, String> {
            Ok(Convolution::new(&stored.floats(&named(name), &shape)?, shape[0], 1, bias(name, shape[2])?))
        };
        let project = stored.floats(&named("project"), &[width, projected])?;
        Ok(Self {
            project: Linear::new(&project, width, Layout::InputsFirst, bias("project", projected)?),
            hidden: convolution("hidden", [hidden_span, projected, hidden])?,
            out: convolution("out", [out_span, hidden, units])?,
            units,
        })
    }

    /// With unit 0, a pause or a sound that goes on.
    pub(super) fn units(&self) -> usize {
        self.units
    }

    /// For each state, the encoder's blocks side by side, the probabilities of a pause or a sound that goes on (unit 0)
    /// and of each unit. None if the states are of another encoder.
    pub(super) fn spell(&self, states: &Matrix) -> Option<Matrix> {
        if states.width() != self.project.inputs() {
            return None;
        }
        let mut x = self.project.forward(states);
        gelu(&mut x);
        x = self.hidden.forward(&x);
        gelu(&mut x);
        x = self.out.forward(&x);
        softmax(&mut x);
        Some(x)
    }
}
