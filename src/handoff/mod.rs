//! Handing a caller to a human.
