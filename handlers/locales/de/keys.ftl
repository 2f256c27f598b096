keys-none = Diese Nachricht nennt keinen Vorgang, den du sehen kannst. Vorgänge heißen wie { $key }.
