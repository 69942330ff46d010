//! Recognisers on one set of weights, lent to one answer at a time each.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};
use crate::hear::Recogniser;

/// A few recognisers; who wants one waits for the next that is free.
pub struct Recognisers {
    free: Mutex<Vec<Recogniser>>,
    returned: Condvar,
}

/// Gives a recogniser back, also when its user panicked: its state is rebuilt for each utterance.
struct Lent<'a> {
    recogniser: Option<Recogniser>,
    from: &'a Recognisers,
}

impl Recognisers {
    /// Loads the model once, with working memory for `count` answers at a time.
    pub fn load(model: &Path, threads: usize, count: NonZeroUsize) -> Result<Self> {
        let first = Recogniser::load(model, threads)?;
        let mut free = (1..count.get()).map(|_| first.another()).collect::<Result<Vec<_>>>()?;
        free.push(first);
        Ok(Self { free: Mutex::new(free), returned: Condvar::new() })
    }

    /// Runs `work` with the next recogniser that is free.
    pub fn with<T>(&self, work: impl FnOnce(&mut Recogniser) -> Result<T>) -> Result<T> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.returned.wait_while(free, |free| free.is_empty()).unwrap_or_else(PoisonError::into_inner);
        let mut lent = Lent { recogniser: free.pop(), from: self };
        drop(free);
        let recogniser =
            lent.recogniser.as_mut().ok_or_else(|| Error::new(ErrorKind::Internal, "recogniser", "none was free"))?;
        work(recogniser)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.from.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.recogniser.take());
        self.from.returned.notify_one();
    }
}
