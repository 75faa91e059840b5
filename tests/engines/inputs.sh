# What the checks of the engines share: sourced with GLIMPSE set; makes $scratch with photographs and a single run's
# outputs, and compares others with them.
glimpse=$(realpath "${GLIMPSE:?name the binary: GLIMPSE=build/release/glimpse}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/photos"
source_directory=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
for k in $(seq -w 0 39); do
    for photo in astronaut chelsea coffee; do
        ln -s "$source_directory/../../data/images/$photo.png" "$scratch/photos/$photo-$k.png"
    done
done
options=(--mechanism stn --box 100,60,120,90 --size 64x48)
"$glimpse" extract "$scratch/photos" "${options[@]}" --out "$scratch/single"

# Ends with an error unless the directory holds what the single run wrote, byte for byte.
same_as_single() {
    diff -r "$scratch/single" "$1"
    echo "$2: $(find "$1" -type f | wc -l) outputs, the same as a single run's, byte for byte"
}
