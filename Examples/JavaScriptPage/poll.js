import { connect } from '/client.js'

const ensue = connect()
const form = document.querySelector('#poll')
const answers = document.querySelector('#answers')

for (let score = 0; score <= 10; score++) {
  const label = document.createElement('label')
  const radio = Object.assign(document.createElement('input'), {
    type: 'radio', name: 'score', value: score, required: true,
  })
  label.append(radio, String(score))
  document.querySelector('#scores').append(label)
}

form.addEventListener('submit', async event => {
  event.preventDefault()
  const { name, phone, score } = Object.fromEntries(new FormData(form))
  const note = show(`${name} gives ${score}`)
  form.reset()
  form.elements.name.focus()
  try {
    // Resolves when the server has stored it. Until then the client keeps it, and sends it again.
    const { id } = await ensue.log('polls.PollCompleted', { name, phone, score: Number(score) })
    note.className = 'stored'
    note.textContent = 'recorded as event '
    const link = Object.assign(document.createElement('a'), { href: `/v1/events/${id}/trace`, textContent: id })
    note.append(link)
  } catch (error) {
    note.className = 'refused'
    note.textContent = error.message
  }
})

function show(text) {
  document.querySelector('#none').hidden = true
  const item = document.createElement('li')
  const note = Object.assign(document.createElement('span'), { className: 'waiting', textContent: 'on its way' })
  item.append(`${text}: `, note)
  answers.prepend(item)
  return note
}

// What an earlier page left, the client is sending already.
if (ensue.pending) {
  const earlier = document.querySelector('#earlier')
  const count = ensue.pending
  earlier.hidden = false
  earlier.textContent = `${count} from an earlier visit on the way …`
  const watch = setInterval(() => {
    if (ensue.pending) return
    clearInterval(watch)
    earlier.textContent = `${count} from an earlier visit arrived.`
  }, 200)
}
