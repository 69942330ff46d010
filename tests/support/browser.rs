//! A page opened in headless Chromium: what it wrote to the console, and what it asked the network for.

use std::path::Path;
use std::process::Command;

/// What a page did while it was open.
#[derive(Debug, Default)]
pub struct Visit {
    pub console: Vec<String>,
    pub requests: Vec<String>,
}

/// Hosts that the browser itself calls at start, whatever page is open.
const BROWSERS_OWN: [&str; 4] = [".google.com/", "//google.com/", ".googleapis.com/", ".gstatic.com/"];

/// The name of an installed Chromium, if there is one.
pub fn chromium() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success()))
}

/// Opens `page` at a window width of `width` pixels and writes a screenshot.
pub fn visit(browser: &str, page: &Path, width: u32, height: u32, screenshot: &Path) -> Visit {
    let profile = tempfile::tempdir().expect("a temporary folder can be made");
    let log = profile.path().join("net.json");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--allow-file-access-from-files", "--virtual-time-budget=3000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("--screenshot={}", screenshot.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser that answered --version also runs");
    let console = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains(":CONSOLE:") || line.contains(":CONSOLE("))
        .map(str::to_owned)
        .collect();
    let net = std::fs::read_to_string(&log).unwrap_or_default();
    assert!(net.contains("constants"), "the browser wrote no network log: {}", String::from_utf8_lossy(&output.stderr));
    let requests = net
        .split("\"url\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|url| url.starts_with("http") || url.starts_with("ws") || url.starts_with("ftp"))
        .filter(|url| !BROWSERS_OWN.iter().any(|own| url.contains(own)))
        .map(str::to_owned)
        .collect();
    Visit { console, requests }
}
