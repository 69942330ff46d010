//! Where sound comes in: files, microphones, call legs.
