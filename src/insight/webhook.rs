//! Delivering tasks to another system: a POST with a signed body, tried a bounded number of times.

use std::time::Duration;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::record::{hex, hmac};

/// Where and how to deliver.
#[derive(Clone)]
pub struct Webhook {
    pub url: String,
    /// Shared with the receiver, at least 16 bytes.
    pub secret: Vec<u8>,
    /// Tries in all, 1..=10.
    pub attempts: u32,
    /// Of one try.
    pub timeout: Duration,
    /// Before the second try; doubled before each further one, to 60 s at most.
    pub pause: Duration,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    pub delivered: bool,
    pub attempts: u32,
    /// HTTP status of the last answer, if there was one.
    pub status: Option<u16>,
    pub problem: Option<String>,
}

impl Webhook {
    /// `t=SECONDS,v1=HMAC-SHA256(secret, SECONDS "." body)` in hexadecimal: the time is signed too, so that a receiver
    /// can refuse an old message that is sent again.
    pub fn signature(&self, body: &[u8], unix_s: i64) -> String {
        let mac = hmac(&self.secret, &[unix_s.to_string().as_bytes(), b".", body]);
        format!("t={unix_s},v1={}", hex(&mac))
    }

    /// Posts `body`. A receiver tells repeated deliveries by the header `Idempotency-Key`. Tried again: no answer, 408,
    /// 429 and 5xx; any other answer is final. Redirects are not followed, since they would carry the body elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for settings out of range. A delivery that failed is not an error but a [`Delivery`].
    pub fn deliver(&self, body: &[u8], key: &str, clock: impl Fn() -> i64) -> Result<Delivery> {
        let usage = |problem: &str| Err(Error::new(ErrorKind::Usage, "webhook", problem));
        if self.secret.len() < 16 {
            return usage("expected a secret of at least 16 bytes");
        }
        if !(1..=10).contains(&self.attempts) {
            return usage("expected 1 to 10 attempts");
        }
        let here = |host: &str| {
            let rest = self.url.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        };
        if !self.url.starts_with("https://") && !["127.0.0.1", "localhost", "[::1]"].into_iter().any(here) {
            return usage("expected an address that begins with https:// (http:// only to this machine)");
        }
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .timeout_global(Some(self.timeout))
                .max_redirects(0)
                .http_status_as_error(false)
                .tls_config(ureq::tls::TlsConfig::builder().provider(ureq::tls::TlsProvider::NativeTls).build())
                .build(),
        );
        let mut delivery = Delivery { delivered: false, attempts: 0, status: None, problem: None };
        let mut pause = self.pause;
        while delivery.attempts < self.attempts {
            if delivery.attempts > 0 {
                std::thread::sleep(pause);
                pause = (2 * pause).min(Duration::from_secs(60));
            }
            delivery.attempts += 1;
            let sent = agent
                .post(&self.url)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .header("X-Codetta-Signature", self.signature(body, clock() / 1000))
                .send(body);
            match sent {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    delivery.status = Some(status);
                    delivery.delivered = (200..300).contains(&status);
                    delivery.problem = (!delivery.delivered).then(|| format!("the receiver answered {status}"));
                    if !matches!(status, 408 | 429 | 500..=599) {
                        break;
                    }
                }
                Err(error) => delivery.problem = Some(error.to_string()),
            }
        }
        Ok(delivery)
    }
}
