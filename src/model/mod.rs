//! Model files: the manifest, verification, import.
