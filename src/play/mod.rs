//! Sounding: a plan becomes samples. Knows nothing of ratings.
