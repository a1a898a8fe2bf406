//! Runs a test again in a process of its own, with its own environment.

use std::process::Command;

/// A certificate that signs nothing: enough for a computer that "has CA certificates".
const SOME_CA: &str = "-----BEGIN CERTIFICATE-----\n\
    MIIBlTCCATugAwIBAgIUKKRfqDT4tM1Bg6JTmJOT7WCm0BMwCgYIKoZIzj0EAwIw\n\
    HzEdMBsGA1UEAwwURGluZ0NvbXBvc2VyIHRlc3QgQ0EwIBcNMjYxMTIyMDQzMzU2\n\
    WhgPMjEyNjEwMjkwNDMzNTZaMB8xHTAbBgNVBAMMFERpbmdDb21wb3NlciB0ZXN0\n\
    IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEshMV0kMULkceymHFIwBV+NND\n\
    n+3Mog/kZk9CT4SGSI1C3rqc02gwvp1QmmuptCAaWwc3LkMyhSfuuKK3fDviEKNT\n\
    MFEwHQYDVR0OBBYEFCbuUvNRWvlE7PpTOtFzuH/NuaOUMB8GA1UdIwQYMBaAFCbu\n\
    UvNRWvlE7PpTOtFzuH/NuaOUMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID\n\
    SAAwRQIhAKaIMY2e+iQ4qBFmkGQFvQAp35m/Fb1xQNLuiBQdO7pUAiAkN4RPSFLS\n\
    y2I0UYCEvLHzEeWAF4c3BaMhdiAJkwqG5Q==\n\
    -----END CERTIFICATE-----\n";

/// Marks the inner process.
pub const MARK: &str = "DING_COMPOSER_TEST_CHILD";

/// Runs this very test again in a process whose environment is set; in there, gives `true`.
///
/// Proxies, certificates and the global logger belong to a process, and a test must not change them for its neighbours.
pub fn in_a_process_of_its_own(test: &str, settings: &[(&str, &str)]) -> bool {
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    told_by_a_process_of_its_own(test, settings);
    false
}

/// Runs a test in a process of its own and gives everything it printed.
pub fn told_by_a_process_of_its_own(test: &str, settings: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, SOME_CA).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(MARK, "1").env("SSL_CERT_FILE", &ca).env_remove("SSL_CERT_DIR");
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.envs(settings.iter().copied());
    let out = command.output().unwrap();
    let told = format!("{}\n{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && told.contains("1 passed"), "{told}");
    told
}
