//! What is ground before the bus challenges.

use super::setting::Setting;

/// Less than |QM31| = (2^31 - 1)^4, and than what the account takes the logarithm of: work that
/// suffices by this suffices there too.
const FIELD_SIZE: u128 = (1 << 124) - (1 << 97);

/// Bits to grind before the bus challenges are drawn: the least g for which an equation of this
/// degree over a field of `FIELD_SIZE` elements is worth the setting's target, so that
/// degree * 2^(target - g) <= `FIELD_SIZE`; 0 for `seed`. The degree is that of the bus's
/// equation in the challenges, over all proofs of the session.
pub fn bus_pow_bits(setting: Setting, degree: u128) -> u32 {
    if setting.plain() == Setting::Seed {
        return 0;
    }
    let target = setting.target_bits();
    (0..target)
        .find(|ground| degree <= FIELD_SIZE >> (target - ground))
        .unwrap_or(target)
}
