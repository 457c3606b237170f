//! Which weaknesses count as the labelled one: relatives in MITRE's tree, or what the label is the consequence of.

/// Weaknesses that are each other's parents, children or peers.
const FAMILIES: &[&[u32]] = &[
    &[22, 23, 36, 73, 99, 641],
    &[74, 77, 78, 88],
    &[74, 94, 95, 96, 470, 1336],
    &[74, 89, 564, 943],
    &[74, 79, 80, 83, 87, 116, 1336],
    &[74, 90],
    &[74, 91, 643],
    &[74, 93, 113, 644],
    &[74, 93, 116, 117],
    &[116, 77, 78, 89],
    &[134, 74, 200],
    &[502, 913, 915],
    &[611, 776, 827],
    &[326, 327, 328, 759, 760, 780, 916, 1240],
    &[256, 257, 522, 916],
    &[330, 331, 335, 337, 338, 339, 340],
    &[329, 330, 1204],
    &[258, 259, 321, 521, 522, 798, 1391],
    &[295, 296, 297, 298, 299, 322],
    &[345, 347, 290],
    &[311, 312, 319, 523, 614, 1004],
    &[185, 400, 405, 406, 409, 625, 730, 770, 776, 835, 1333],
    &[441, 918, 941],
    &[200, 201, 209, 215, 489, 497, 532],
    &[250, 266, 269, 276, 279, 281, 732],
    &[59, 377, 378, 379],
    &[362, 363, 367],
    &[248, 252, 390, 617, 703, 754, 755],
    &[284, 285, 306, 425, 639, 862, 863],
    &[203, 208, 385],
    &[
        20, 22, 74, 77, 78, 79, 80, 89, 90, 94, 95, 113, 117, 502, 601, 643, 918, 943,
    ],
];

/// Whether a finding's weakness is the labelled one or of its family.
pub(super) fn related(found: u32, label: u32) -> bool {
    found == label
        || FAMILIES.iter().any(|family| {
            let improper_input = family[0] == 20;
            // Whatever input does harm was validated improperly; the reverse says nothing.
            if improper_input {
                label == 20 && family.contains(&found)
            } else {
                family.contains(&found) && family.contains(&label)
            }
        })
}

#[cfg(test)]
mod tests {
    use super::related;

    #[test]
    fn relatives_count_and_strangers_do_not() {
        assert!(related(79, 80) && related(79, 20) && related(611, 776) && related(7, 7));
        assert!(!related(89, 22) && !related(20, 79) && !related(22, 79) && !related(295, 22));
    }
}
