//! The library of outros and prompts: what there is, and which one fits.
