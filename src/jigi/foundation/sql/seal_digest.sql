-- reads: a row of foundation_auditseal, called « seal », and the digests of its rows, « content »; its own digest
encode(sha256(decode(seal.previous, 'hex') || convert_to(ROW(seal.number, extract(epoch FROM seal.sealed_at),
    seal.firsts, seal.lasts, seal.rows, seal.floor, seal.ceiling, seal.writers)::text, 'UTF8')
    || seal.marks || content), 'hex')
