keys-none = Diese Nachricht nennt kein Issue, das du sehen kannst. Issues heißen wie { $key }.
