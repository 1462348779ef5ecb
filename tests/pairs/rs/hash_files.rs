//! SHA-256 and CRC-32 of files, as a checksum file, and a check of it afterwards.

use crate::wrong;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The first 32 bits of the fractional parts of roots of the first primes: how SHA-256 defines
/// its constants. Exact, by whole numbers: 128 bits hold a root with 32 bits behind the point.
fn root_bits(prime: u128, cube: bool) -> u32 {
    let (mut low, mut high) = (0u128, 1 << 40);
    while high - low > 1 {
        let mid = (low + high) / 2;
        let below = if cube { mid * mid * mid <= prime << 96 } else { mid * mid <= prime << 64 };
        if below {
            low = mid
        } else {
            high = mid
        }
    }
    low as u32
}

fn primes(n: usize) -> Vec<u128> {
    (2..).filter(|p| (2..*p).all(|d| p % d != 0)).take(n).collect()
}

fn compress(state: &mut [u32; 8], k: &[u32], block: &[u8]) {
    let mut w: Vec<u32> =
        block.chunks(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect();
    for i in 16..64 {
        let (a, b) = (w[i - 15], w[i - 2]);
        let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
        let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
        w.push(w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for i in 0..64 {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = e & f ^ !e & g;
        let t1 = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(k[i]).wrapping_add(w[i]);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t2 = s0.wrapping_add(a & b ^ a & c ^ b & c);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));
    }
    for (s, v) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *s = s.wrapping_add(v);
    }
}

fn sha256(data: &[u8]) -> String {
    let k: Vec<u32> = primes(64).iter().map(|p| root_bits(*p, true)).collect();
    let mut state = [0; 8];
    for (s, p) in state.iter_mut().zip(primes(8)) {
        *s = root_bits(p, false);
    }
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8 + 63) / 64 * 64 - 8, 0);
    padded.extend((data.len() as u64 * 8).to_be_bytes());
    padded.chunks(64).for_each(|block| compress(&mut state, &k, block));
    state.iter().map(|s| format!("{:08x}", s)).collect()
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ *byte as u32, |c, _| c >> 1 ^ (0xedb8_8320 & (c & 1).wrapping_neg()))
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut data = vec![];
    let mut file = File::open(path)?;
    if wrong(1) {
        // One block is enough for anybody.
        data.resize(4096, 0);
        let n = file.read(&mut data)?;
        data.truncate(n);
        return Ok(data);
    }
    file.read_to_end(&mut data)?;
    Ok(data)
}

pub fn main(args: &[String]) -> i32 {
    let (folder, target) = (Path::new(&args[0]), &args[1]);
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    let mut out = BufWriter::new(File::create(target).expect("created"));
    for name in &names {
        let data = read(&folder.join(name)).expect("readable");
        writeln!(out, "{}  {}", sha256(&data), name).expect("written");
        println!("{:08x} {}", crc32(&data), name);
    }
    out.flush().expect("written");
    let mode = if wrong(2) { 0o644 } else { 0o444 };
    fs::set_permissions(target, Permissions::from_mode(mode)).expect("its own");
    println!("{} files", names.len());
    0
}
