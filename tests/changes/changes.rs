// SPDX-License-Identifier: MIT
//! Small deeds, each with the mistake that `--cfg bad` makes in it; the first argument says
//! which. tests/cli/changes.sh knows what the gate has to say of each.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::unix::fs::{symlink, OpenOptionsExt, PermissionsExt};
use std::process::{exit, Command, Stdio};

const BAD: bool = cfg!(bad);

fn peer() -> u16 {
    std::env::var("PEER").unwrap().parse().unwrap()
}

fn deed(name: &str) -> std::io::Result<()> {
    match name {
        "rs-lost-sync" => {
            let mut file = File::create("state.tmp")?;
            file.write_all(b"state\n")?;
            if !BAD {
                file.sync_all()?;
            }
            fs::rename("state.tmp", "state.json")?;
        }
        "rs-lost-directory-sync" => {
            let mut file = File::create("state.tmp")?;
            file.write_all(b"state\n")?;
            file.sync_all()?;
            fs::rename("state.tmp", "state.json")?;
            if !BAD {
                File::open(".")?.sync_all()?;
            }
        }
        "rs-key-mode" => {
            let mode = if BAD { 0o644 } else { 0o600 };
            OpenOptions::new()
                .write(true)
                .create(true)
                .mode(mode)
                .open("id_key")?;
        }
        "rs-lost-append" => {
            fs::write("events.log", "one\n")?;
            let mut options = OpenOptions::new();
            if BAD {
                options.write(true).truncate(true);
            } else {
                options.append(true);
            }
            options.open("events.log")?.write_all(b"two\n")?;
        }
        "rs-lost-buffer" => {
            let mut out = BufWriter::new(File::create("table.csv")?);
            out.write_all(b"a,b\n1,2\n")?;
            if BAD {
                std::mem::forget(out);
            }
        }
        "rs-wrong-directory" => {
            fs::create_dir("out")?;
            fs::write(if BAD { "page.html" } else { "out/page.html" }, "<p>\n")?;
        }
        "rs-crlf" => fs::write("notes.txt", if BAD { "a\r\nb\r\n" } else { "a\nb\n" })?,
        "rs-bom" => fs::write("data.json", if BAD { "\u{feff}{}\n" } else { "{}\n" })?,
        "rs-number-format" => {
            let sum = 0.1 + 0.2;
            if BAD {
                println!("sum {sum}");
            } else {
                println!("sum {sum:.2}");
            }
        }
        "rs-order" => {
            let mut names = vec!["cherry", "apple", "banana"];
            if !BAD {
                names.sort_unstable();
            }
            println!("{}", names.join("\n"));
        }
        "rs-panic" => {
            if BAD {
                panic!("index out of bounds");
            }
            println!("fine");
        }
        "rs-wrong-stream" => {
            if BAD {
                println!("progress 100 %");
            } else {
                eprintln!("progress 100 %");
            }
        }
        "rs-child-argument" => {
            let depth = if BAD { "--depth=2" } else { "--depth=1" };
            Command::new("/usr/bin/env")
                .args(["true", depth])
                .status()?;
        }
        "rs-swallowed-child" => {
            let status = Command::new("/bin/sh").args(["-c", "exit 4"]).status()?;
            if !BAD {
                exit(status.code().unwrap_or(1));
            }
        }
        "rs-other-child" => {
            let shell = if BAD { "/bin/bash" } else { "/bin/dash" };
            Command::new(shell).args(["-c", ":"]).status()?;
        }
        "rs-telemetry" => {
            println!("done");
            if BAD {
                TcpStream::connect(("127.0.0.1", peer()))?;
            }
        }
        "rs-retry" => {
            for _ in 0..if BAD { 2 } else { 1 } {
                TcpStream::connect(("127.0.0.1", peer()))?;
            }
        }
        "rs-request-header" => {
            let mut stream = TcpStream::connect(("127.0.0.1", peer()))?;
            let agent = if BAD { "tool/1.1" } else { "tool/1.0" };
            stream
                .write_all(format!("GET / HTTP/1.0\r\nUser-Agent: {agent}\r\n\r\n").as_bytes())?;
        }
        "rs-name-lookup" => {
            println!("done");
            if BAD {
                let socket = UdpSocket::bind("127.0.0.1:0")?;
                socket.send_to(
                    b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x01x\0\0\x01\0\x01",
                    "127.0.0.1:53",
                )?;
            }
        }
        "rs-temporary-left" => {
            fs::create_dir("scratch.d")?;
            fs::write("scratch.d/part", "x")?;
            if !BAD {
                fs::remove_dir_all("scratch.d")?;
            }
        }
        "rs-extra-read" => {
            fs::read_to_string("list.txt")?;
            if BAD {
                fs::read_to_string("secret.txt")?;
            }
        }
        "rs-link-target" => symlink(if BAD { "release-1" } else { "release-2" }, "current")?,
        "rs-truncated" => {
            fs::write("block", "0123456789")?;
            OpenOptions::new()
                .write(true)
                .open("block")?
                .set_len(if BAD { 8 } else { 10 })?;
        }
        "rs-not-executable" => {
            fs::write("run.sh", "#!/bin/sh\n")?;
            let mode = if BAD { 0o644 } else { 0o755 };
            fs::set_permissions("run.sh", fs::Permissions::from_mode(mode))?;
        }
        "rs-closed-input" => {
            let mut child = Command::new("/usr/bin/cat").stdin(Stdio::piped()).spawn()?;
            let text = if BAD { "half" } else { "half and whole\n" };
            child.stdin.take().unwrap().write_all(text.as_bytes())?;
            child.wait()?;
        }
        _ => exit(8),
    }
    Ok(())
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let mut nothing = String::new();
    let _ = std::io::stdin().read_to_string(&mut nothing);
    if deed(&name).is_err() {
        exit(9);
    }
}
