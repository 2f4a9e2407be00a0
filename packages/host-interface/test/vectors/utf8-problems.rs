// Prints what Rust's `from_utf8` says about every sequence of up to four bytes out of the boundary bytes of UTF-8.
// rustc -O utf8-problems.rs && ./utf8-problems | sha256sum

const BYTES: [u8; 24] = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0,
    0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];

fn visit(sequence: &mut Vec<u8>, output: &mut String) {
    let verdict = match std::str::from_utf8(sequence) {
        Ok(_) => "valid".to_string(),
        Err(error) => error.to_string(),
    };
    output.push_str(&verdict);
    output.push('\n');
    if sequence.len() == 4 {
        return;
    }
    for byte in BYTES {
        sequence.push(byte);
        visit(sequence, output);
        sequence.pop();
    }
}

fn main() {
    let mut output = String::new();
    visit(&mut Vec::new(), &mut output);
    print!("{}", output);
}
