//! The key ring: the ledger's own keys, wrapped once for each role's key.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::key::{Key, hex};
use super::roles::{Right, Role};
use super::seal::{seal, unseal};
use super::sql::random;
use crate::error::{Error, ErrorKind, Result};
use crate::files::write_whole;

/// The keys that a role's key opens.
#[derive(Clone)]
pub(super) struct Keys {
    pub database: Key,
    /// Wraps the customers' keys: only for roles that open content.
    pub content: Option<Key>,
    pub role: Role,
}

/// The file `ring.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ring {
    version: u32,
    /// Names the ledger: a ring of another ledger does not fit.
    pub ledger: String,
    /// Counts rekeys.
    pub generation: u32,
    /// Wrapped keys, base64, by role.
    roles: BTreeMap<Role, String>,
}

/// What is wrapped: plain only in memory.
#[derive(Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Wrapped {
    database: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// For the administrator: the other roles' keys, so that a rekey can wrap anew for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<(String, String)>,
}

impl Ring {
    /// A new ledger's ring, for its administrator alone.
    pub fn new(administrator: &Key, keys: &Keys) -> Result<Self> {
        let mut ring = Self { version: 1, ledger: hex(&random::<16>()?), generation: 1, roles: BTreeMap::new() };
        ring.wrap(administrator, keys, &BTreeMap::new())?;
        Ok(ring)
    }

    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
        let subject = path.display().to_string();
        let ring: Self = serde_json::from_slice(&bytes).map_err(|e| {
            Error::new(ErrorKind::Corrupt, subject.clone(), format!("expected a key ring of codetta: {e}; restore it"))
        })?;
        if ring.version != 1 {
            let problem = format!("expected ring version 1, got {}; use the codetta that wrote it", ring.version);
            return Err(Error::new(ErrorKind::Unsupported, subject, problem));
        }
        Ok(ring)
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        write_whole(path, &text)
    }

    /// Tries a key on every role. `subject` names the ring in an error.
    pub fn open(&self, key: &Key, subject: &str) -> Result<Keys> {
        for &role in self.roles.keys() {
            if let Some(wrapped) = self.unwrap(role, key, subject)? {
                let parse = |text: &str| Key::parse(text.as_bytes(), subject);
                let content = wrapped.content.as_deref().map(parse).transpose()?;
                return Ok(Keys { database: parse(&wrapped.database)?, content, role });
            }
        }
        let names: Vec<&str> = self.roles.keys().map(|role| role.name()).collect();
        let problem = format!("wrong key: it is none of this ledger's ({}), or the ring was altered", names.join(", "));
        Err(Error::new(ErrorKind::Permission, subject, problem))
    }

    /// Issues a key for a role, or replaces it; needs the administrator's key.
    pub fn issue(&mut self, administrator: &Key, role: Role, key: &Key, keys: &Keys, subject: &str) -> Result<()> {
        let mut roles = self.role_keys(administrator, subject)?;
        roles.insert(role, key.clone());
        self.wrap(administrator, keys, &roles)
    }

    /// The same roles with other keys inside: what a rekey does. A role in `without` loses its key.
    pub fn rewrapped(
        &self,
        administrator: &Key,
        next: &Key,
        keys: &Keys,
        without: Option<Role>,
        subject: &str,
    ) -> Result<Self> {
        let mut roles = self.role_keys(administrator, subject)?;
        roles.retain(|&role, _| Some(role) != without);
        let mut ring = Self { generation: self.generation + 1, roles: BTreeMap::new(), ..self.clone() };
        ring.wrap(next, keys, &roles)?;
        Ok(ring)
    }

    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.roles.keys().copied()
    }

    fn role_keys(&self, administrator: &Key, subject: &str) -> Result<BTreeMap<Role, Key>> {
        let Some(wrapped) = self.unwrap(Role::Administrator, administrator, subject)? else {
            let problem = "wrong key: this needs the administrator's";
            return Err(Error::new(ErrorKind::Permission, subject, problem));
        };
        let role = |name: &str| Role::ALL.into_iter().find(|role| role.name() == name);
        wrapped
            .roles
            .iter()
            .filter_map(|(name, key)| Some((role(name)?, key)))
            .map(|(role, key)| Ok((role, Key::parse(key.as_bytes(), subject)?)))
            .collect()
    }

    fn wrap(&mut self, administrator: &Key, keys: &Keys, roles: &BTreeMap<Role, Key>) -> Result<()> {
        let others: Vec<(String, String)> = roles.iter().map(|(r, k)| (r.name().to_owned(), k.hex())).collect();
        self.roles.clear();
        for (role, key) in roles.iter().map(|(&r, k)| (r, k)).chain([(Role::Administrator, administrator)]) {
            let content = keys.content.as_ref().filter(|_| role.may(Right::Content)).map(Key::hex);
            let others = if role == Role::Administrator { others.clone() } else { Vec::new() };
            let wrapped = Wrapped { database: keys.database.hex(), content, roles: others };
            let mut plain = serde_json::to_vec(&wrapped).unwrap_or_default();
            let sealed = seal(key, &self.place(role), &plain);
            plain.zeroize();
            self.roles.insert(role, STANDARD.encode(sealed?));
        }
        Ok(())
    }

    fn unwrap(&self, role: Role, key: &Key, subject: &str) -> Result<Option<Wrapped>> {
        let Some(sealed) = self.roles.get(&role).and_then(|text| STANDARD.decode(text).ok()) else { return Ok(None) };
        let Some(plain) = unseal(key, &self.place(role), &sealed) else { return Ok(None) };
        serde_json::from_slice(&plain)
            .map(Some)
            .map_err(|e| Error::new(ErrorKind::Corrupt, subject, format!("a wrapped key is malformed: {e}")))
    }

    fn place(&self, role: Role) -> String {
        format!("codetta ring 1/{}/{}/{role}", self.ledger, self.generation)
    }
}
