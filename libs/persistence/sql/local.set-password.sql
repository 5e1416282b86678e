select outcome, sessions, second_factor as "secondFactor", unlinked
from local_set_password($1, $2, $3, $4, $5, $6, $7)
