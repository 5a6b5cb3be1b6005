//! What a binary says of how it was built: the lines of `go version -m`.

use crate::form::Context;
use crate::model::BuildInfo;
use crate::time;

/// Binaries of one set.
const MAX_BUILDS: usize = 256;

/// Reads a line of `go version -m` that tells of the version control. Returns whether it was one.
pub(crate) fn line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let Some((key, value)) = line
        .strip_prefix(b"\tbuild\tvcs")
        .and_then(|rest| std::str::from_utf8(rest).ok())
        .and_then(|rest| rest.split_once('='))
    else {
        return false;
    };
    // The first line of each binary names the system.
    if key.is_empty() && cx.set.builds.len() < MAX_BUILDS {
        cx.set.builds.push(BuildInfo::default());
    }
    let Some(build) = cx.set.builds.last_mut() else {
        return false;
    };
    match key {
        ".revision" if value.len() <= 64 => build.revision = Some(value.to_owned()),
        ".time" => build.time = time::rfc3339(value.as_bytes()),
        ".modified" => build.modified = value == "true",
        _ => {}
    }
    cx.set.note_form(cx.input, "build-info");
    true
}
