//! Sealing: XChaCha20-Poly1305 with a fresh random nonce, bound to the place where the sealed bytes belong.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::key::Key;
use super::sql::random;
use crate::error::{Error, ErrorKind, Result};

/// Nonce of 24 bytes before the ciphertext: large enough to be drawn at random for any number of messages
/// (draft-irtf-cfrg-xchacha-03, §2.1).
const NONCE: usize = 24;

/// Seals `plain`; `place` must be the same when it is opened.
pub(super) fn seal(key: &Key, place: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = random::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place.as_bytes() })
        .map_err(|_| Error::new(ErrorKind::Limit, place, "too long to be sealed"))?;
    let mut all = Vec::with_capacity(NONCE + sealed.len());
    all.extend_from_slice(&nonce);
    all.extend_from_slice(&sealed);
    Ok(all)
}

/// Opens what [`seal`] sealed, or none: another key, another place, or altered bytes.
pub(super) fn unseal(key: &Key, place: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_at_checked(NONCE)?;
    let nonce = XNonce::from(<[u8; NONCE]>::try_from(nonce).ok()?);
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    cipher.decrypt(&nonce, Payload { msg: rest, aad: place.as_bytes() }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_place_and_bytes_open() {
        let key = Key::generate().unwrap();
        let sealed = seal(&key, "transcript/1", "你好".as_bytes()).unwrap();
        assert_eq!(unseal(&key, "transcript/1", &sealed).unwrap().as_slice(), "你好".as_bytes());
        assert!(unseal(&key, "transcript/2", &sealed).is_none());
        assert!(unseal(&Key::generate().unwrap(), "transcript/1", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(unseal(&key, "transcript/1", &altered).is_none(), "byte {at}");
        }
        assert!(unseal(&key, "transcript/1", &sealed[..10]).is_none());
    }
}
