//! Files written, found and told apart.

use std::path::PathBuf;

use super::*;

#[test]
fn a_file_is_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proof.bin");
    write(&path, b"first").unwrap();
    write(&path, b"second").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"second");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_failure_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(write(&folder.path().join("none/proof.bin"), b"x").is_err());
    // A folder in the way: the bytes are written, and cannot take its name.
    let path = folder.path().join("taken");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("inside"), b"x").unwrap();
    assert!(write(&path, b"x").is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn probing_leaves_nothing_and_says_what_writing_would() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proof.bin");
    probe(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    std::fs::write(&path, b"old").unwrap();
    probe(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    for wrong in [
        folder.path().join("none/x"),
        path.join("x"),
        folder.path().into(),
    ] {
        let said = probe(&wrong).unwrap_err().to_string();
        assert_eq!(said, write(&wrong, b"x").unwrap_err().to_string());
        assert!(!said.contains(".part"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn links_stay_and_what_is_no_file_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("deep")).unwrap();
    std::fs::write(at("deep/proof.bin"), b"old").unwrap();
    std::os::unix::fs::symlink("deep/proof.bin", at("link")).unwrap();
    write(&at("link"), b"new").unwrap();
    assert_eq!(std::fs::read(at("deep/proof.bin")).unwrap(), b"new");
    // Through a link, so that no device is lost if this goes wrong.
    std::os::unix::fs::symlink("/dev/null", at("null")).unwrap();
    write(&at("null"), b"gone").unwrap();
    assert!(at("link").is_symlink() && at("null").is_symlink());
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn modes_are_those_of_the_umask_or_of_what_was_there() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("usual"), "x").unwrap();
    write(&at("new"), b"x").unwrap();
    assert_eq!(mode(&at("new")), mode(&at("usual")));
    write_private(&at("private"), b"x").unwrap();
    assert_eq!(mode(&at("private")), 0o600);
    for kept in [0o640, 0o755, 0o666, 0o600] {
        let permissions = std::fs::Permissions::from_mode(kept);
        for name in ["new", "private"] {
            std::fs::set_permissions(at(name), permissions.clone()).unwrap();
        }
        write(&at("new"), b"y").unwrap();
        write_private(&at("private"), b"y").unwrap();
        assert_eq!([mode(&at("new")), mode(&at("private"))], [kept, kept]);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_followed_and_a_ring_of_links_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("deep")).unwrap();
    std::os::unix::fs::symlink("deep/there", at("one")).unwrap();
    std::os::unix::fs::symlink("one", at("two")).unwrap();
    write(&at("two"), b"x").unwrap();
    assert_eq!(std::fs::read(at("deep/there")).unwrap(), b"x");
    assert!(at("one").is_symlink() && at("two").is_symlink());
    std::os::unix::fs::symlink("ring", at("ring")).unwrap();
    std::os::unix::fs::symlink("none/there", at("none-link")).unwrap();
    for wrong in ["ring", "none-link", "deep/", "new/", "", "deep/.."] {
        assert!(write(&folder.path().join(wrong), b"x").is_err(), "{wrong}");
        assert!(probe(&folder.path().join(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_name_is_as_long_as_the_file_system_takes() {
    let folder = tempfile::tempdir().unwrap();
    for length in [1, 50, 64, 65, 250, 255] {
        let path = folder.path().join("n".repeat(length));
        probe(&path).unwrap();
        write(&path, b"x").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
    // Characters of several bytes may be cut.
    write(&folder.path().join("\u{e4}".repeat(127)), b"x").unwrap();
    assert!(write(&folder.path().join("n".repeat(256)), b"x").is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 7);
}

#[test]
fn what_the_dead_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let long = "n".repeat(255);
    let cut = format!(".{}.abc123.part", "n".repeat(242));
    let left = [".x.abc123.part", &cut];
    let kept = [
        ".x.abcd123.part",
        ".x.abc-23.part",
        ".xy.abc123.part",
        "x.abc123.part",
    ];
    for name in left.iter().chain(&kept) {
        std::fs::write(at(name), "half").unwrap();
    }
    // Another process is writing this one.
    let held = begin(&at("x"), PRIVATE).unwrap();
    std::fs::create_dir(at(".x.folder.part")).unwrap();
    write(&at("x"), b"x").unwrap();
    write(&at(&long), b"x").unwrap();
    for name in left {
        assert!(!at(name).exists(), "{name}");
    }
    for name in kept.iter().chain(&[".x.folder.part"]) {
        assert!(at(name).exists(), "{name}");
    }
    assert!(held.path().exists());
    held.persist(at("x")).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_with_such_a_name_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("other"), "x").unwrap();
    std::os::unix::fs::symlink("other", at(".x.abc123.part")).unwrap();
    write(&at("x"), b"x").unwrap();
    assert!(at(".x.abc123.part").is_symlink());
    assert_eq!(std::fs::read(at("other")).unwrap(), b"x");
}

#[cfg(unix)]
#[test]
fn one_file_is_known_by_all_of_its_names() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("deep")).unwrap();
    std::fs::write(at("in"), "x").unwrap();
    std::fs::hard_link(at("in"), at("hard")).unwrap();
    symlink("in", at("soft")).unwrap();
    symlink("deep/new", at("link1")).unwrap();
    symlink("./deep/../deep/new", at("link2")).unwrap();
    symlink("deep", at("folder")).unwrap();
    let clash = |read: &[&str], written: &[&str]| {
        let [read, written] = [read, written].map(|names| {
            let path = |name: &&str| match name.starts_with('/') || *name == "-" {
                true => PathBuf::from(name),
                false => at(name),
            };
            names.iter().map(path).collect::<Vec<_>>()
        });
        let [read, written] = [&read, &written].map(|paths| {
            let paths = paths.iter().map(PathBuf::as_path);
            paths.collect::<Vec<&Path>>()
        });
        super::clash(&read, &written)
    };
    for name in ["in", "./in", "deep/../in", "folder/../in", "hard", "soft"] {
        let found = clash(&["deep", "in"], &["out", name]);
        assert!(matches!(found, Some(Clash::Over(..))), "{name}: {found:?}");
    }
    for (one, other) in [
        ("deep/new", "folder/new"),
        ("link1", "link2"),
        ("link1", "deep/new"),
        ("in", "hard"),
        ("-", "-"),
        ("-", "/dev/stdout"),
    ] {
        let found = clash(&[], &[one, "out", other]);
        assert!(
            matches!(found, Some(Clash::Twice(..))),
            "{one} {other}: {found:?}"
        );
    }
    assert_eq!(clash(&["-", "in", "-"], &[]), Some(Clash::Input));
    // Nothing is lost by these.
    assert_eq!(clash(&["-", "in", "in"], &["out", "deep/new", "-"]), None);
    assert_eq!(clash(&["/dev/null"], &["/dev/null", "/dev/null"]), None);
    assert_eq!(clash(&["none"], &["none/x", "ring"]), None);
}

#[cfg(unix)]
#[test]
fn a_link_that_a_stranger_laid_is_not_followed() {
    use std::os::unix::fs::{lchown, symlink, PermissionsExt};
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can lay a link for another user");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("all")).unwrap();
    std::fs::write(at("precious"), "x").unwrap();
    symlink("../precious", at("all/link")).unwrap();
    lchown(at("all/link"), Some(12_345), None).unwrap();
    for (mode, refused) in [(0o1777, true), (0o777, false), (0o1755, false)] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(at("all"), permissions).unwrap();
        std::fs::write(at("precious"), "x").unwrap();
        let said = write(&at("all/link"), b"y");
        assert_eq!(said.is_err(), refused, "{mode:o}");
        let left: &[u8] = if refused { b"x" } else { b"y" };
        assert_eq!(std::fs::read(at("precious")).unwrap(), left);
    }
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_owner() {
    use std::os::unix::fs::{chown, MetadataExt, PermissionsExt};
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can give a file to another user");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, "x").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    chown(&path, Some(12_345), Some(54_321)).unwrap();
    write(&path, b"y").unwrap();
    let there = std::fs::metadata(&path).unwrap();
    assert_eq!((there.uid(), there.gid()), (12_345, 54_321));
    assert_eq!(mode(&path), 0o640);
    assert_eq!(std::fs::read(&path).unwrap(), b"y");
}
