//! Tasks delivered to a receiver on this machine: signed, tried again a bounded number of times, never twice.
#![cfg(feature = "ledger")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use codetta::insight::Webhook;
use hmac::{Hmac, KeyInit, Mac};

/// A receiver that gives each request the next answer, and hands over what it was sent.
fn receiver(answers: &'static [&'static str]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tasks", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !whole(&request) {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&buffer[..read]),
                }
            }
            sender.send(String::from_utf8_lossy(&request).into_owned()).unwrap();
            let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (url, received)
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|n| n.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn webhook(url: String) -> Webhook {
    Webhook {
        url,
        secret: b"a secret of 16 bytes or more".to_vec(),
        attempts: 3,
        timeout: Duration::from_secs(5),
        pause: Duration::from_millis(1),
    }
}

#[test]
fn the_signature_is_one_that_a_receiver_can_check() {
    let (url, received) = receiver(&["200 OK"]);
    let webhook = webhook(url);
    let delivery = webhook.deliver(b"{\"task\":1}", "key-1", || 1_780_000_000_000).unwrap();
    assert!(delivery.delivered && delivery.attempts == 1, "{delivery:?}");
    let request = received.recv().unwrap();
    let header = |name: &str| {
        let line = request.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:"))).unwrap();
        line.split_once(':').unwrap().1.trim().to_owned()
    };
    assert_eq!(header("idempotency-key"), "key-1");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&webhook.secret).unwrap();
    mac.update(b"1780000000.{\"task\":1}");
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header("x-codetta-signature"), format!("t=1780000000,v1={expected}"));
    // RFC 4231, test case 2, by the same library.
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"Jefe").unwrap();
    mac.update(b"what do ya want for nothing?");
    let bytes = mac.finalize().into_bytes();
    assert_eq!(bytes[..4], [0x5b, 0xdc, 0xc1, 0x46]);
}

#[test]
fn failures_are_tried_again_and_refusals_are_not() {
    let (url, received) = receiver(&["500 Oops", "429 Slow", "204 No Content"]);
    let delivery = webhook(url).deliver(b"{}", "k", || 0).unwrap();
    assert_eq!((delivery.delivered, delivery.attempts, delivery.status), (true, 3, Some(204)));
    assert_eq!(received.iter().take(3).count(), 3);
    let (url, _received) = receiver(&["503 a", "503 b", "503 c", "200 never asked"]);
    let delivery = webhook(url).deliver(b"{}", "k", || 0).unwrap();
    assert_eq!((delivery.delivered, delivery.attempts, delivery.status), (false, 3, Some(503)));
    for answer in [&["400 No"][..], &["302 Found\r\nLocation: http://127.0.0.1:9/"]] {
        let (url, _received) = receiver(answer);
        let delivery = webhook(url).deliver(b"{}", "k", || 0).unwrap();
        assert_eq!((delivery.delivered, delivery.attempts), (false, 1), "{delivery:?}");
    }
    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let delivery = webhook(format!("http://{closed}/")).deliver(b"{}", "k", || 0).unwrap();
    assert_eq!((delivery.delivered, delivery.attempts, delivery.status), (false, 3, None));
}

#[test]
fn unsafe_settings_are_refused_before_anything_is_sent() {
    for wrong in [
        Webhook { secret: b"short".to_vec(), ..webhook("http://127.0.0.1:9/".into()) },
        Webhook { attempts: 0, ..webhook("http://127.0.0.1:9/".into()) },
        Webhook { attempts: 11, ..webhook("http://127.0.0.1:9/".into()) },
        webhook("http://example.com/".into()),
        webhook("http://127.0.0.1.example.com/".into()),
        webhook("ftp://127.0.0.1/".into()),
    ] {
        assert!(wrong.deliver(b"{}", "k", || 0).is_err(), "{}", wrong.url);
    }
}
