"""The exchange between States: signed records that are neither lost nor doubled (FP arts. 12, 13).

Rooms: `strict_json`, `jose` (the strict parser), `sealing` (the outer layer), `keysets` (roots, key sets
and their rotation) are pure; `kinds` is where a subject adds its messages; `outbox.post` is how its acts
send them; `inbox` receives, `courier` delivers, `transport` alone has network. No subject is known here.
"""
