"""What happened and who did it: field history by trigger, business events, erasing what they hold of a person."""
